// A convolution in time with a kernel of two numbers.
// EXPECT: model_error::option_of_a_one_dimensional_layer_takes_one_number<
// EXPECT: in_layer<1>
// EXPECT: Kernel<3, 5>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 5
#else
#define TOKEN 3
#endif

struct Net
    : Network<Signal<1, 28>, Conv1d<QInt<2>, Act<M_a{4}>, Out<8>, Kernel<TOKEN, 5>>, Classifier<QInt<2>, Out<10>>> {};
