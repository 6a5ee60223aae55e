// A kernel whose taps lie too far from each other.
// EXPECT: model_error::kernel_is_larger_than_padded_input<
// EXPECT: in_layer<2>
// EXPECT: expected<28>
// EXPECT: found<29>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 13
#else
#define TOKEN 14
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, Dilation<TOKEN>, Padding<0>>,
                     Classifier<Out<10>>> {};
