// A layer of 784 x 3,000,000 weights.
// EXPECT: model_error::layer_has_too_many_weights<
// EXPECT: in_layer<2>
// EXPECT: expected<2147483647>
// EXPECT: found<2352000000
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 10
#else
#define TOKEN 3000000
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Classifier<Out<TOKEN>>> {};
