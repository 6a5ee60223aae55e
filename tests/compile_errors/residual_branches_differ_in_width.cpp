// One branch loses two columns.
// EXPECT: model_error::residual_branches_differ_in_width<
// EXPECT: in_layer<2>
// EXPECT: expected<28>
// EXPECT: found<26>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Conv<Out<8>>, Conv<Out<8>, Padding<1, TOKEN>>>, Activate<>, Classifier<Out<10>>> {};
