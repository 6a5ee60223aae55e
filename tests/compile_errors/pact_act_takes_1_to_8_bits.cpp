// No bit.
// EXPECT: model_error::PactAct_takes_1_to_8_bits<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<PactAct<TOKEN>, Out<8>>, Classifier<Out<10>>> {};
