// 6 output channels in 4 groups.
// EXPECT: model_error::channels_are_not_a_multiple_of_groups<
// EXPECT: in_layer<3>
// EXPECT: expected<4>
// EXPECT: found<6>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 12
#else
#define TOKEN 6
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, Conv<Out<TOKEN>, Groups<4>>,
                     Classifier<Out<10>>> {};
