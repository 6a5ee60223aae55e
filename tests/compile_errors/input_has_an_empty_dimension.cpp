// An image without rows.
// EXPECT: model_error::input_has_an_empty_dimension<
// EXPECT: in_layer<0>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 28
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, TOKEN, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Classifier<Out<10>>> {};
