// Out is missing inside Repeat.
// EXPECT: model_error::missing_option_Out<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 2>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Out
#else
#define TOKEN Stride
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<2, Conv<Out<8>>, Conv<TOKEN<2>>>,
                     Classifier<Out<10>>> {};
