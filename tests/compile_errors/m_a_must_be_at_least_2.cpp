// An activation that is always 0.
// EXPECT: model_error::M_a_must_be_at_least_2<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 1
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Act<M_a{TOKEN}>, Out<8>>,
                     Classifier<Out<10>>> {};
