// A max pool of which a window sees nothing but padding, inside Residual.
// EXPECT: model_error::padding_must_be_smaller_than_kernel<
// EXPECT: in_layer<3, intaglio::model_error::main, 1>
// EXPECT: expected<2>
// EXPECT: found<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 2
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Sequence<MaxPool<2, Stride<1>, Padding<0, TOKEN, 0, 1>>, Conv<Out<8>>>>, Activate<>,
                     Classifier<Out<10>>> {};
