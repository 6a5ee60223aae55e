// A type that is no layer, inside Repeat.
// EXPECT: model_error::not_a_layer<
// EXPECT: in_layer<3, intaglio::model_error::repetition, 1, 2>
// EXPECT: int
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Identity
#else
#define TOKEN int
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Repeat<2, Conv<Out<8>>, TOKEN>, Classifier<Out<10>>> {};
