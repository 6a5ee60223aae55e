// A padding that makes the image wider than 2^31.
// EXPECT: model_error::tensor_has_too_many_values<
// EXPECT: in_layer<2>
// EXPECT: expected<2147483647>
// EXPECT: found<2147483674
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 64
#else
#define TOKEN 2147483647
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Conv<Out<1>, Kernel<TOKEN>, Padding<TOKEN - 1>>, Classifier<Out<10>>> {};
