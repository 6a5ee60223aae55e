// Ternary weights of three inputs: none can reach the step from 0 to 1.
// EXPECT: model_error::weights_of_so_few_inputs_standardize_to_zero_give_NoWeightStandardization<
// EXPECT: in_layer<2>
// EXPECT: expected<4>
// EXPECT: found<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 3
#else
#define TOKEN 2
#endif

struct Net
    : Network<Image<3, 28, 28>, Defaults<QInt<TOKEN>, Act<M_a{4}>>, Conv<Out<8>, Kernel<1>>, Classifier<Out<10>>> {};
