// A kernel of 3 that cannot fill strides of 4, in Repeat.
// EXPECT: model_error::padding_must_not_be_negative<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
// EXPECT: expected<0>
// EXPECT: found<-1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 3
#else
#define TOKEN 4
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Repeat<2, TransposedConv<Out<4>, Stride<TOKEN>>>, Classifier<Out<2>>> {};
