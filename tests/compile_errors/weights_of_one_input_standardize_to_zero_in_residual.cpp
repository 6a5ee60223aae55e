// Groups of one channel each under single pixels, inside Residual.
// EXPECT: model_error::weights_of_so_few_inputs_standardize_to_zero_give_NoWeightStandardization<
// EXPECT: in_layer<3, intaglio::model_error::shortcut>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 8
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<8>, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Conv<Out<8>>, Conv<Out<8>, Groups<TOKEN>, Kernel<1>, NoActivation>>, Activate<>,
                     Classifier<Out<10>>> {};
