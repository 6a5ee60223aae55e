// Channels of value 0 between a norm and its activation.
// EXPECT: model_error::channels_cannot_be_padded_between_a_norm_and_its_activation<
// EXPECT: in_layer<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN NoNorm
#else
#define TOKEN Lbn
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, NoActivation, TOKEN>,
                     PadChannels<4, 4>, Activate<>, Classifier<Out<10>>> {};
