// Nothing is repeated zero times.
// EXPECT: model_error::number_of_repetitions_must_be_positive<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<TOKEN, Conv<Out<8>>>, Classifier<Out<10>>> {
};
