// A padding without numbers, in Defaults.
// EXPECT: model_error::padding_takes_1_2_or_4_numbers<
// EXPECT: in_layer<1>
// EXPECT: Padding<>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Padding<TOKEN>, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {};
