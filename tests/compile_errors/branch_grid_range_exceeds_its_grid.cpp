// A grid of -1, 0, 1 has no room for values up to 8.
// EXPECT: model_error::branch_grid_range_does_not_divide_its_grid<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
// EXPECT: expected<2>
// EXPECT: found<8>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 8
#else
#define TOKEN 2
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
              Repeat<2, Residual<Conv<Out<1>>, Identity, BranchGrid<QInt<TOKEN>>>, Activate<>>, Classifier<Out<10>>> {};
