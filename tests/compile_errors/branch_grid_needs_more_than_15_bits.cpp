// The sum of two codes of 16 bits does not fit into 16 bits.
// EXPECT: model_error::branch_grid_needs_more_than_15_bits<
// EXPECT: in_layer<2>
// EXPECT: expected<15>
// EXPECT: found<16>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 15
#else
#define TOKEN 16
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Conv<Out<1>>, Identity, BranchGrid<QInt<TOKEN>>>, Activate<>, Classifier<Out<10>>> {};
