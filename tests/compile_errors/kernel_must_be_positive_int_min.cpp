// The smallest 32-bit number as a window.
// EXPECT: model_error::kernel_and_stride_must_be_positive<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<-2147483648>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN INT32_MIN
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, NoWeightStandardization, Lbn, Act<M_a{4}>>,
                     Conv<Out<8>, Kernel<TOKEN>>, Classifier<Out<10>>> {};
