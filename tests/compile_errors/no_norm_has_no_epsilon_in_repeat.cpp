// An epsilon without a norm, inside Repeat.
// EXPECT: model_error::norm_without_deviation_has_no_epsilon<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
// EXPECT: WithEpsilon<intaglio::NoNorm
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Lbn
#else
#define TOKEN NoNorm
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>,
                     Repeat<2, Conv<WithEpsilon<TOKEN, Epsilon{1e-3}>, Out<8>>>, Classifier<Out<10>>> {};
