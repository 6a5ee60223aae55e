// Channels that have no part in the padding value of the input.
// EXPECT: model_error::layer_changes_the_channels_of_a_padding_value<
// EXPECT: in_layer<2>
// EXPECT: expected<3>
// EXPECT: found<4>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 0
#else
#define TOKEN 1
#endif

struct Net : Network<Image<3, 32, 32, UInt8, PaddingValue<124, 116, 104>>, Defaults<QInt<2>>, PadChannels<0, TOKEN>,
                     Conv<Act<M_a{4}>, Out<8>>, Classifier<Out<10>>> {};
