// An infinite epsilon, in Defaults.
// EXPECT: model_error::epsilon_of_a_norm_must_be_positive_and_finite<
// EXPECT: in_layer<1>
// EXPECT: WithEpsilon<intaglio::GroupNorm<4
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1e-3
#else
#define TOKEN __builtin_inf()
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>, WithEpsilon<GroupNorm<4>, Epsilon{TOKEN}>>,
                     Conv<Out<8>>, Classifier<Out<10>, Lbn>> {};
