// A grid over 0.
// EXPECT: model_error::denominator_of_a_grid_must_lie_within_1_and_65536<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<4>, GridAct<0, 3, TOKEN>>,
                     Classifier<Out<2>>> {};
