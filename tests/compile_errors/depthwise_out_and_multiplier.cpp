// A depthwise convolution with Out and ChannelMultiplier.
// EXPECT: model_error::option_given_twice<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<2>
// EXPECT: ChannelMultiplier<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Dilation
#else
#define TOKEN ChannelMultiplier
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, DepthwiseConv<Out<2>, TOKEN<2>>,
                     Classifier<Out<10>>> {};
