// An activation without states.
// EXPECT: model_error::M_a_must_be_at_least_2<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{TOKEN}>>, Conv<Out<8>>, Classifier<Out<10>>> {};
