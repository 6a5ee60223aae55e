// As many groups as channels behind a global average, inside Residual.
// EXPECT: model_error::norm_needs_more_than_one_number_per_mean<
// EXPECT: in_layer<3, intaglio::model_error::main, 2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 8
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<4>, Act<M_a{4}>>, Sequence<Conv<Out<8>>, GlobalAvgPool>,
                     Residual<Sequence<Dense<Out<8>>, Dense<Out<8>, GroupNorm<TOKEN>>>, Identity>, Activate<>,
                     Classifier<Out<2>>> {};
