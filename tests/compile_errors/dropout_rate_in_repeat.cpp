// A negative share of codes, inside Repeat.
// EXPECT: model_error::dropout_rate_must_be_at_least_0_and_below_1<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 0.1
#else
#define TOKEN -0.1
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Repeat<2, Conv<Out<8>>, Dropout<Rate{TOKEN}>>, Classifier<Out<10>>> {};
