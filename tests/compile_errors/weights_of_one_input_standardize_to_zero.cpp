// Weights of one input under a standardisation that removes their mean.
// EXPECT: model_error::weights_of_so_few_inputs_standardize_to_zero_give_NoWeightStandardization<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN NoWeightStandardization
#else
#define TOKEN ScaledWeightStandardization
#endif

struct Net : Network<Features<1>, Defaults<QInt<8>, Act<M_a{16}>>, Dense<TOKEN, Out<8>>, Classifier<Out<2>>> {};
