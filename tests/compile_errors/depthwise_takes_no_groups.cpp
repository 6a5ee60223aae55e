// Groups of a depthwise convolution.
// EXPECT: model_error::option_does_not_belong_to_this_layer<
// EXPECT: in_layer<2>
// EXPECT: Groups<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN ChannelMultiplier
#else
#define TOKEN Groups
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, DepthwiseConv<TOKEN<2>>, Classifier<Out<10>>> {};
