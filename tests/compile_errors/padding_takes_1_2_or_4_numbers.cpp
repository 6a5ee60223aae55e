// A padding of three numbers.
// EXPECT: model_error::padding_takes_1_2_or_4_numbers<
// EXPECT: in_layer<2>
// EXPECT: Padding<0, 1, 1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1, 1, 1
#else
#define TOKEN 1, 1
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, Padding<0, TOKEN>>,
                     Classifier<Out<10>>> {};
