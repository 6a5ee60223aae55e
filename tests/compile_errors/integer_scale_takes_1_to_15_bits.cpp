// A multiplier of 16 bits.
// EXPECT: model_error::integer_scale_takes_1_to_15_bits<
// EXPECT: in_layer<2>
// EXPECT: expected<15>
// EXPECT: found<16>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 15
#else
#define TOKEN 16
#endif

struct Net
    : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, NoNorm>,
              Conv<Out<8>, DoReFaAct<8>, IntegerScale<Scale::Precision<Scale::Layer, TOKEN>>>, Classifier<Out<10>>> {};
