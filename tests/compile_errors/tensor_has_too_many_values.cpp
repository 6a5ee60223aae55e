// An input of 2^32 pixels.
// EXPECT: model_error::tensor_has_too_many_values<
// EXPECT: in_layer<0>
// EXPECT: expected<2147483647>
// EXPECT: found<4294967296
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 16
#else
#define TOKEN 65536
#endif

struct Net : Network<Image<3, TOKEN, 65536>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<1>>, Classifier<Out<10>>> {};
