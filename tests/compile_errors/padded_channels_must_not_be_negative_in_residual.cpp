// Fewer than no channels of padding, inside Residual.
// EXPECT: model_error::number_of_channels_must_not_be_negative<
// EXPECT: in_layer<2, intaglio::model_error::shortcut>
// EXPECT: expected<0>
// EXPECT: found<-1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 7
#else
#define TOKEN -1
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Conv<Out<8>>, PadChannels<TOKEN, 0>>, Activate<>, Classifier<Out<10>>> {};
