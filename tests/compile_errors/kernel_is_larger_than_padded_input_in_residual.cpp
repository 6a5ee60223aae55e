// The window of a shortcut is larger than the image.
// EXPECT: model_error::kernel_is_larger_than_padded_input<
// EXPECT: in_layer<2, intaglio::model_error::shortcut>
// EXPECT: expected<5>
// EXPECT: found<9>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 9
#endif

struct Net : Network<Image<1, 5, 5>, Defaults<QInt<2>, NoWeightStandardization, Lbn, Act<M_a{4}>>,
                     Residual<Conv<Out<8>>, Conv<Out<8>, Kernel<TOKEN>, Padding<0>>>, Activate<>, Classifier<Out<10>>> {
};
