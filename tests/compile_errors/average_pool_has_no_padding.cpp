// An average pool with padding.
// EXPECT: model_error::option_does_not_belong_to_this_layer<
// EXPECT: in_layer<2>
// EXPECT: Padding<1
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Stride
#else
#define TOKEN Padding
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, AvgPool<2, TOKEN<1>>, Classifier<Out<10>>> {
};
