// Each output unit may have weights of another scale.
// EXPECT: model_error::one_multiplier_needs_weights_without_a_scale_of_their_own<
// EXPECT: in_layer<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 1
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, IntegerScale<Scale::LayerBias>, DoReFaAct<8>>,
                     Conv<Out<8>, DoReFa<TOKEN>>, Classifier<Out<10>>> {};
