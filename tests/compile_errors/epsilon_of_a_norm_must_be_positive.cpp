// An epsilon of 0.
// EXPECT: model_error::epsilon_of_a_norm_must_be_positive_and_finite<
// EXPECT: in_layer<2>
// EXPECT: WithEpsilon<intaglio::BatchNorm
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1e-3
#else
#define TOKEN 0.0
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>,
                     Conv<WithEpsilon<BatchNorm, Epsilon{TOKEN}>, Out<8>>, Classifier<Out<10>>> {};
