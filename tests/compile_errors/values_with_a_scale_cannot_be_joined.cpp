// Dropout behind one branch.
// EXPECT: model_error::values_with_a_scale_cannot_be_joined<
// EXPECT: in_layer<2, intaglio::model_error::branch, 2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Identity
#else
#define TOKEN Dropout<>
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Concat<Conv<Out<8>>, Sequence<Conv<Out<8>>, TOKEN>>, Classifier<Out<10>>> {};
