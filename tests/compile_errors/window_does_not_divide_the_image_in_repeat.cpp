// 28, 14, 7: the third repetition does not fit.
// EXPECT: model_error::window_does_not_divide_the_image<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 3, 2>
// EXPECT: expected<2>
// EXPECT: found<7>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 3
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<TOKEN, Conv<Out<8>>, AvgPool<2>>,
                     Classifier<Out<10>>> {};
