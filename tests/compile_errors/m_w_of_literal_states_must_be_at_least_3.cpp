// One literal state.
// EXPECT: model_error::M_w_must_be_at_least_3<
// EXPECT: in_layer<2>
// EXPECT: expected<3>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 3
#else
#define TOKEN 1
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<LiteralStates<M_w{TOKEN}>, Out<8>>,
                     Classifier<Out<10>>> {};
