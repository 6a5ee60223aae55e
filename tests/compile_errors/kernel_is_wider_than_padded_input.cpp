// A window of 13 columns on 10 columns.
// EXPECT: model_error::kernel_is_larger_than_padded_input<
// EXPECT: in_layer<2>
// EXPECT: expected<10>
// EXPECT: found<13>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 7
#else
#define TOKEN 13
#endif

struct Net : Network<Image<1, 28, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, Kernel<3, TOKEN>, Padding<1>>,
                     Classifier<Out<10>>> {};
