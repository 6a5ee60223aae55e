// A padded image of 29 rows in windows of 2, inside Repeat.
// EXPECT: model_error::window_does_not_divide_the_image<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 2>
// EXPECT: expected<2>
// EXPECT: found<29>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN SameUpperPadding
#else
#define TOKEN Padding<0, 1, 0, 1>
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<1, Conv<Out<4>>, AvgPool<2, TOKEN>>,
                     Conv<Out<4>>, Classifier<Out<10>>> {};
