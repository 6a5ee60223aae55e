// Output channels whose product with the pixels is too large.
// EXPECT: model_error::tensor_has_too_many_values<
// EXPECT: in_layer<2>
// EXPECT: expected<2147483647>
// EXPECT: found<1683627179248
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 8
#else
#define TOKEN 2147483647
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<TOKEN>>, Classifier<Out<10>>> {};
