// Branches side by side whose codes stand for other numbers.
// EXPECT: model_error::concat_branches_differ_in_denominator<
// EXPECT: in_layer<2, intaglio::model_error::branch, 2>
// EXPECT: expected<3>
// EXPECT: found<7>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 8
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Concat<Conv<Out<8>>, Conv<Out<8>, Act<M_a{TOKEN}>>>, Classifier<Out<10>>> {};
