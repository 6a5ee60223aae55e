// A threshold of zero.
// EXPECT: model_error::threshold_factor_of_ternary_weights_must_be_positive<
// EXPECT: in_layer<1>
// EXPECT: TernaryWeights<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 0.5
#else
#define TOKEN 0.0
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<TernaryWeights<ThresholdFactor{TOKEN}, Per::channel>, Act<M_a{4}>>,
                     Conv<Out<8>>, Classifier<Out<10>>> {};
