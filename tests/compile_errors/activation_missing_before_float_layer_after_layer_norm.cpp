// A product reads normalised real numbers that still wait for an activation.
// EXPECT: model_error::activation_missing_before_float_layer<
// EXPECT: in_layer<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Relu
#else
#define TOKEN NoActivation
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>, LayerNorm<>, TOKEN>, Conv<Out<8>>,
                     Classifier<Out<10>>> {};
