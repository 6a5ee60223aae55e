// The image has shrunk too much in the third repetition.
// EXPECT: model_error::kernel_is_larger_than_padded_input<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 3, 1>
// EXPECT: expected<2>
// EXPECT: found<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, 6, 6>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Repeat<3, Conv<Out<8>, Kernel<3>, Padding<TOKEN>>>, Classifier<Out<10>>> {};
