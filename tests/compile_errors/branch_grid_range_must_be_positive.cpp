// A grid that ends at 0.
// EXPECT: model_error::branch_grid_range_does_not_divide_its_grid<
// EXPECT: in_layer<2>
// EXPECT: expected<2048>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 8
#else
#define TOKEN 0
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
              Residual<Conv<Out<1>>, Identity, BranchGrid<QInt<12>, Range{TOKEN}>>, Activate<>, Classifier<Out<10>>> {};
