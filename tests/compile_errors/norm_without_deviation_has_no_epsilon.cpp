// An epsilon of a bias.
// EXPECT: model_error::norm_without_deviation_has_no_epsilon<
// EXPECT: in_layer<2>
// EXPECT: WithEpsilon<intaglio::TrainedBias
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN BatchNorm
#else
#define TOKEN TrainedBias
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<WithEpsilon<TOKEN, Epsilon{1e-3}>, Out<8>>,
                     Classifier<Out<10>>> {};
