// A layer among the defaults.
// EXPECT: model_error::unknown_option<
// EXPECT: in_layer<1>
// EXPECT: GlobalAvgPool
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Lbn
#else
#define TOKEN GlobalAvgPool
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, TOKEN, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {};
