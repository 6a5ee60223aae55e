// A threshold that no single weight exceeds.
// EXPECT: model_error::threshold_of_ternary_weights_exceeds_all_weights_of_so_few_inputs<
// EXPECT: in_layer<1>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN layer
#else
#define TOKEN channel
#endif

struct Net : Network<Features<1>, Dense<TernaryWeights<ThresholdFactor{1.0}, Per::TOKEN>, Act<M_a{4}>, Out<8>>,
                     Classifier<QInt<4>, Out<2>>> {};
