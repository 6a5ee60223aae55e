// A grid that is too wide, among the defaults.
// EXPECT: model_error::branch_grid_needs_more_than_15_bits<
// EXPECT: in_layer<1>
// EXPECT: expected<15>
// EXPECT: found<16>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 12
#else
#define TOKEN 16
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, BranchGrid<QInt<TOKEN>>, Act<M_a{4}>>, Residual<Conv<Out<1>>>,
                     Activate<>, Classifier<Out<10>>> {};
