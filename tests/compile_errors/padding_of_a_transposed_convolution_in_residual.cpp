// A transposed convolution that cuts off its whole kernel, in Residual.
// EXPECT: model_error::padding_must_be_smaller_than_kernel<
// EXPECT: in_layer<2, intaglio::model_error::main, 1>
// EXPECT: expected<3>
// EXPECT: found<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 3
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Sequence<TransposedConv<Out<1>, Padding<TOKEN>, NoActivation>>>, Activate<>,
                     Classifier<Out<2>>> {};
