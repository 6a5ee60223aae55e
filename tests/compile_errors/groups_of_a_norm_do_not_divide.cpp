// Groups of a norm that do not divide the channels.
// EXPECT: model_error::channels_are_not_a_multiple_of_groups<
// EXPECT: in_layer<2>
// EXPECT: expected<3>
// EXPECT: found<8>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 3
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<GroupNorm<TOKEN>, Out<8>>, Classifier<Out<10>>> {};
