// Windows on the right that see nothing but padding.
// EXPECT: model_error::padding_must_be_smaller_than_kernel<
// EXPECT: in_layer<2>
// EXPECT: expected<3>
// EXPECT: found<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 3
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, Padding<0, 1, 0, TOKEN>>,
                     Classifier<Out<10>>> {};
