// Extents whose product does not fit into 64 bits.
// EXPECT: model_error::tensor_has_too_many_values<
// EXPECT: in_layer<0>
// EXPECT: expected<2147483647>
// EXPECT: found<4611686014132420609
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 2147483647
#endif

struct Net : Network<Image<TOKEN, TOKEN, TOKEN>, Defaults<QInt<2>, NoWeightStandardization, Lbn, Act<M_a{4}>>,
                     Classifier<Out<10>>> {};
