// Branches side by side of other heights.
// EXPECT: model_error::concat_branches_differ_in_height<
// EXPECT: in_layer<2, intaglio::model_error::branch, 2>
// EXPECT: expected<28>
// EXPECT: found<14>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 2
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Concat<Conv<Out<8>>, Conv<Out<8>, Stride<TOKEN, 1>>>, Classifier<Out<10>>> {};
