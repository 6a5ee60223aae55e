// The author expects 100 features of an image of 28 x 28.
// EXPECT: model_error::wrong_number_of_input_channels<
// EXPECT: in_layer<2>
// EXPECT: expected<100>
// EXPECT: found<784>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 784
#else
#define TOKEN 100
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Dense<Flatten, In<TOKEN>, Out<16>>,
                     Classifier<Out<10>>> {};
