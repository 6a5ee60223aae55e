// Nine bits.
// EXPECT: model_error::LsqAct_takes_1_to_8_bits<
// EXPECT: in_layer<2>
// EXPECT: expected<8>
// EXPECT: found<9>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 8
#else
#define TOKEN 9
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<LsqAct<TOKEN>, Out<8>>, Classifier<Out<10>>> {};
