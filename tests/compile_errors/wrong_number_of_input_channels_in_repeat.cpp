// The channels fit in the first repetition only.
// EXPECT: model_error::wrong_number_of_input_channels<
// EXPECT: in_layer<3, intaglio::model_error::repetition, 2, 1>
// EXPECT: expected<128>
// EXPECT: found<256>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 128
#else
#define TOKEN 256
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<128>>,
                     Repeat<2, Conv<In<128>, Out<TOKEN>>>, Classifier<Out<10>>> {};
