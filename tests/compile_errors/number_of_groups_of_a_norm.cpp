// A norm of no groups.
// EXPECT: model_error::number_of_groups_must_be_positive<
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
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<GroupNorm<TOKEN>, Out<8>>, Classifier<Out<10>>> {};
