// A multiplier of no bits behind the last layer.
// EXPECT: model_error::integer_scale_takes_1_to_15_bits<
// EXPECT: in_layer<3>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, NoNorm>, Conv<Out<8>, DoReFaAct<8>>,
                     Classifier<IntegerScale<Scale::Precision<Scale::LayerBias, TOKEN>>, Out<10>>> {};
