// A type that is no option.
// EXPECT: model_error::unknown_option<
// EXPECT: in_layer<2>
// EXPECT: float
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Lbn
#else
#define TOKEN float
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, TOKEN>, Classifier<Out<10>>> {
};
