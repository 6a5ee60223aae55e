// One multiplier behind weights that are multiplied by their mean.
// EXPECT: model_error::one_multiplier_needs_weights_without_a_scale_of_their_own<
// EXPECT: in_layer<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Unscaled<DoReFa<1>>
#else
#define TOKEN DoReFa<1>
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<DoReFa<4>, IntegerScale<Scale::Layer>>, Conv<Out<8>, DoReFaAct<8>>,
                     Classifier<TOKEN, Out<10>>> {};
