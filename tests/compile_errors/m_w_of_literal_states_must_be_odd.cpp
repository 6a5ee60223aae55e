// Literal states are odd in number, too.
// EXPECT: model_error::M_w_must_be_odd<
// EXPECT: in_layer<2>
// EXPECT: expected<17>
// EXPECT: found<16>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 15
#else
#define TOKEN 16
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<LiteralStates<M_w{TOKEN}>, Out<8>>,
                     Classifier<Out<10>>> {};
