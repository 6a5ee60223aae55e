// A convolution in time with a padding of four numbers.
// EXPECT: model_error::padding_of_a_one_dimensional_layer_takes_1_or_2_numbers<
// EXPECT: in_layer<1>
// EXPECT: Padding<0, 0, 4, 0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4, 0
#else
#define TOKEN 0, 0, 4, 0
#endif

struct Net : Network<Signal<1, 28>, Conv1d<QInt<2>, Act<M_a{4}>, Out<8>, Kernel<5>, Padding<TOKEN>>,
                     Classifier<QInt<2>, Out<10>>> {};
