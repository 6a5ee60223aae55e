// A max pool without stride whose window does not fit the image.
// EXPECT: model_error::window_does_not_divide_the_image<
// EXPECT: in_layer<2>
// EXPECT: expected<3>
// EXPECT: found<28>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 3
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, MaxPool<TOKEN>, Classifier<Out<10>>> {};
