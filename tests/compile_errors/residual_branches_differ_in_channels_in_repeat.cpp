// Branches that differ inside Repeat.
// EXPECT: model_error::residual_branches_differ_in_channels<
// EXPECT: in_layer<3, intaglio::model_error::repetition, 2, 1>
// EXPECT: expected<32>
// EXPECT: found<64>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 32
#else
#define TOKEN 64
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<32>>,
                     Repeat<2, Residual<Conv<Out<32>>>, Activate<>, Conv<Out<TOKEN>>>, Classifier<Out<10>>> {};
