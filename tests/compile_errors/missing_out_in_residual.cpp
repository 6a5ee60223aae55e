// Out is missing inside Residual.
// EXPECT: model_error::missing_option_Out<
// EXPECT: in_layer<3, intaglio::model_error::shortcut>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Out
#else
#define TOKEN Kernel
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Conv<Out<3>>, Conv<TOKEN<3>>>, Activate<>, Classifier<Out<10>>> {};
