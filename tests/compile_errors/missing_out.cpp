// A layer does not say how many channels it gives.
// EXPECT: model_error::missing_option_Out<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Out
#else
#define TOKEN Stride
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<TOKEN<2>>, Classifier<Out<10>>> {};
