// Every pixel no times, inside Repeat.
// EXPECT: model_error::factor_must_be_positive<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
// EXPECT: expected<1>
// EXPECT: found<-2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN -2
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<2, Upsample<1, TOKEN>>,
                     Classifier<Out<10>>> {};
