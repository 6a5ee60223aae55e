// A depthwise convolution of single pixels, inside Repeat.
// EXPECT: model_error::weights_of_so_few_inputs_standardize_to_zero_give_NoWeightStandardization<
// EXPECT: in_layer<3, intaglio::model_error::repetition, 1, 2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 3
#else
#define TOKEN 1
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<8>, Act<M_a{4}>>, Conv<Out<8>>,
                     Repeat<2, Conv<Out<8>>, DepthwiseConv<Kernel<TOKEN>>>, Classifier<Out<10>>> {};
