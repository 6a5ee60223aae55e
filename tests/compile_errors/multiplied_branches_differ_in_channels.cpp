// A gate of other channels.
// EXPECT: model_error::multiplied_branches_differ_in_channels<
// EXPECT: in_layer<2>
// EXPECT: expected<8>
// EXPECT: found<4>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 8
#else
#define TOKEN 4
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Multiply<Conv<Out<8>>, Conv<Out<TOKEN>>>,
                     Activate<>, Classifier<Out<10>>> {};
