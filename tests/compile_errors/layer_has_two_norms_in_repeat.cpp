// A layer has one norm, inside Repeat, too.
// EXPECT: model_error::layer_has_two_norms<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
// EXPECT: expected<1>
// EXPECT: found<2>
// EXPECT: BatchNorm
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN SingleGain
#else
#define TOKEN Lbn
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<2, Conv<Out<8>, BatchNorm, TOKEN>>,
                     Classifier<Out<10>>> {};
