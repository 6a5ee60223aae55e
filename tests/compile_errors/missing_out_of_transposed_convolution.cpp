// A transposed convolution without a number of channels.
// EXPECT: model_error::missing_option_Out<
// EXPECT: in_layer<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Out<4>
#else
#define TOKEN In<1>
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, TransposedConv<TOKEN>, Classifier<Out<2>>> {};
