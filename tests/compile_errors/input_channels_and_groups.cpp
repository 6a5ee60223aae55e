// 8 input channels in 3 groups.
// EXPECT: model_error::channels_are_not_a_multiple_of_groups<
// EXPECT: in_layer<3>
// EXPECT: expected<3>
// EXPECT: found<8>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 3
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, Conv<Out<24>, Groups<TOKEN>>,
                     Classifier<Out<10>>> {};
