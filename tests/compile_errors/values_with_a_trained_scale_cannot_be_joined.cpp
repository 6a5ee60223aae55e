// Branches whose codes have scales that are trained.
// EXPECT: model_error::values_with_a_scale_cannot_be_joined<
// EXPECT: in_layer<2, intaglio::model_error::branch, 1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Act<M_a{4}>
#else
#define TOKEN LsqAct<2>
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, TOKEN>, Concat<Conv<Out<8>>, Conv<Out<8>, Kernel<5>>>,
                     Classifier<Out<10>>> {};
