// A norm with a mean for each feature of each sample.
// EXPECT: model_error::norm_needs_more_than_one_number_per_mean<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN LayerNorm<>
#else
#define TOKEN InstanceNorm
#endif

struct Net : Network<Features<8>, Defaults<QInt<4>, Act<M_a{4}>>, Dense<TOKEN, Out<8>>, Classifier<Out<2>>> {};
