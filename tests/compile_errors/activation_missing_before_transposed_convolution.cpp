// A transposed convolution of accumulators.
// EXPECT: model_error::activation_missing_before_integer_layer<
// EXPECT: in_layer<3>
// EXPECT: expected<8>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Act<M_a{4}>
#else
#define TOKEN NoActivation
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<4>, TOKEN>, TransposedConv<Out<4>>,
                     Classifier<Out<2>>> {};
