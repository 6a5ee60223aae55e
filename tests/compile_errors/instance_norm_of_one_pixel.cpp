// An instance norm behind a dense layer: one value for each channel.
// EXPECT: model_error::norm_takes_each_mean_and_deviation_from_a_single_value<
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

struct Net : Network<Features<16>, Defaults<QInt<2>, Act<M_a{4}>>, Dense<Out<8>, TOKEN>, Classifier<Out<10>>> {};
