// Two negative extents whose product is positive.
// EXPECT: model_error::input_has_an_empty_dimension<
// EXPECT: in_layer<0>
// EXPECT: expected<1>
// EXPECT: found<-28>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN +
#else
#define TOKEN -
#endif

struct Net : Network<Image<1, TOKEN 28, TOKEN 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Classifier<Out<10>>> {};
