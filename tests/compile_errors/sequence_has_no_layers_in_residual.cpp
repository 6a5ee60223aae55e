// A branch of nothing: Identity says that it is meant.
// EXPECT: model_error::sequence_has_no_layers<
// EXPECT: in_layer<3, intaglio::model_error::shortcut>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Identity
#else
#define TOKEN
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Conv<Out<8>>, Sequence<TOKEN>>, Activate<>, Classifier<Out<10>>> {};
