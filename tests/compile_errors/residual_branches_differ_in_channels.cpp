// Branches of 64 and 32 channels.
// EXPECT: model_error::residual_branches_differ_in_channels<
// EXPECT: in_layer<3>
// EXPECT: expected<64>
// EXPECT: found<32>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 32
#else
#define TOKEN 64
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<32>>, Residual<Conv<Out<TOKEN>>>,
                     Activate<>, Classifier<Out<10>>> {};
