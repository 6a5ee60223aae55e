// A grid of +-2047 that shall end at 3.
// EXPECT: model_error::branch_grid_range_does_not_divide_its_grid<
// EXPECT: in_layer<2>
// EXPECT: expected<2048>
// EXPECT: found<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 3
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
              Residual<Conv<Out<1>>, Identity, BranchGrid<QInt<12>, Range{TOKEN}>>, Activate<>, Classifier<Out<10>>> {};
