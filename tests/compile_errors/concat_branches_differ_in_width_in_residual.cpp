// Branches side by side of other widths, inside Residual.
// EXPECT: model_error::concat_branches_differ_in_width<
// EXPECT: in_layer<2, intaglio::model_error::main, intaglio::model_error::branch, 2>
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
                     Residual<Concat<Conv<Out<8>>, Conv<Out<8>, Stride<1, TOKEN>>>, Conv<Out<16>>>, Activate<>,
                     Classifier<Out<10>>> {};
