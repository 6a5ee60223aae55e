// A concatenation of one branch.
// EXPECT: model_error::concat_needs_two_branches<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Identity
#else
#define TOKEN BranchGrid<QInt<8>>
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Concat<Identity, TOKEN>, Classifier<Out<10>>> {};
