// One branch halves the rows.
// EXPECT: model_error::residual_branches_differ_in_height<
// EXPECT: in_layer<3>
// EXPECT: expected<14>
// EXPECT: found<28>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 2
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Conv<Out<8>, Stride<TOKEN, 1>>>, Activate<>, Classifier<Out<10>>> {};
