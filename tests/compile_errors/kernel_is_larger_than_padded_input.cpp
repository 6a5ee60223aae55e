// A window of 3 rows on 2 rows.
// EXPECT: model_error::kernel_is_larger_than_padded_input<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 3
#else
#define TOKEN 2
#endif

struct Net : Network<Image<1, TOKEN, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, Kernel<3>, Padding<0>>,
                     Classifier<Out<10>>> {};
