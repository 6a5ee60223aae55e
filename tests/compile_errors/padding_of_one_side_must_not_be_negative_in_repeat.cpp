// A padding of -1 below, inside Repeat.
// EXPECT: model_error::padding_must_not_be_negative<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
// EXPECT: expected<0>
// EXPECT: found<-1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN +
#else
#define TOKEN -
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Repeat<2, Conv<Out<8>, Padding<1, TOKEN 1, 1, 1>>>, Classifier<Out<10>>> {};
