// Two options that set the same, inside Repeat.
// EXPECT: model_error::option_given_twice<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
// EXPECT: expected<1>
// EXPECT: found<2>
// EXPECT: Out<8>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Kernel
#else
#define TOKEN Out
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<3, Conv<Out<8>, TOKEN<3>>>,
                     Classifier<Out<10>>> {};
