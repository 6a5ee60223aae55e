// A classifier of one real number.
// EXPECT: model_error::weights_of_so_few_inputs_standardize_to_zero_give_NoWeightStandardization<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 1
#endif

struct Net : Network<Features<1>, Dense<FloatWeights, NoWeightStandardization, Out<TOKEN>, Relu>,
                     Classifier<FloatWeights, Out<2>>> {};
