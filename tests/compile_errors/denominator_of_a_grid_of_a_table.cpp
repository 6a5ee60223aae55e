// A table into a grid that is too fine.
// EXPECT: model_error::denominator_of_a_grid_must_lie_within_1_and_65536<
// EXPECT: in_layer<2>
// EXPECT: expected<65536>
// EXPECT: found<65537>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 65536
#else
#define TOKEN 65537
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, CodeTable<Sigmoid<GridAct<0, 3, TOKEN>>>,
                     Conv<Out<4>>, Classifier<Out<2>>> {};
