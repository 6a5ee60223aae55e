// Branches that differ inside the branch of another block.
// EXPECT: model_error::residual_branches_differ_in_channels<
// EXPECT: in_layer<3, intaglio::model_error::shortcut, 1>
// EXPECT: expected<64>
// EXPECT: found<32>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 32
#else
#define TOKEN 64
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<32>>,
                     Residual<Conv<Out<32>>, Sequence<Residual<Conv<Out<TOKEN>>>, Activate<>>>, Activate<>,
                     Classifier<Out<10>>> {};
