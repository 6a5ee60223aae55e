// Output channels of a depthwise convolution that are no multiple of its input channels.
// EXPECT: model_error::channels_are_not_a_multiple_of_groups<
// EXPECT: in_layer<3>
// EXPECT: expected<3>
// EXPECT: found<7>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 6
#else
#define TOKEN 7
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<3>>, DepthwiseConv<Out<TOKEN>>,
                     Classifier<Out<10>>> {};
