// A group norm with as many groups as there are channels, on one pixel.
// EXPECT: model_error::norm_takes_each_mean_and_deviation_from_a_single_value<
// EXPECT: in_layer<3, intaglio::model_error::main
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 8
#endif

struct Net : Network<Features<16>, Defaults<QInt<2>, Act<M_a{4}>>, Dense<Out<8>>,
                     Residual<Dense<Out<8>, GroupNorm<TOKEN>>, Dense<Out<8>, BatchNorm>>, Activate<>,
                     Classifier<Out<10>>> {};
