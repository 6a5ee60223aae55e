// A threshold below zero.
// EXPECT: model_error::threshold_factor_of_ternary_weights_must_be_positive<
// EXPECT: in_layer<2>
// EXPECT: TernaryWeights<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 0.7
#else
#define TOKEN -0.7
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Conv<TernaryWeights<ThresholdFactor{TOKEN}>, Out<8>>, Classifier<Out<10>>> {};
