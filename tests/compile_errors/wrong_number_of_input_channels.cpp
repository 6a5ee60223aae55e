// The author expects 128 channels, the layer in front gives 256.
// EXPECT: model_error::wrong_number_of_input_channels<
// EXPECT: in_layer<3>
// EXPECT: expected<128>
// EXPECT: found<256>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 256
#else
#define TOKEN 128
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<256>>, Conv<In<TOKEN>, Out<64>>,
                     Classifier<Out<10>>> {};
