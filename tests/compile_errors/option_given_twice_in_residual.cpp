// Two options that set the same, inside Residual.
// EXPECT: model_error::option_given_twice<
// EXPECT: in_layer<3, intaglio::model_error::main, 2>
// EXPECT: expected<1>
// EXPECT: found<2>
// EXPECT: Out<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Kernel
#else
#define TOKEN Out
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Sequence<Conv<Out<8>>, Conv<TOKEN<3>, Out<8>>>>, Activate<>, Classifier<Out<10>>> {};
