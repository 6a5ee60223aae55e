// Two norms one behind the other, inside Residual.
// EXPECT: model_error::two_norms_without_activation_between<
// EXPECT: in_layer<2, intaglio::model_error::main, 2>
// EXPECT: expected<1>
// EXPECT: found<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN NoNorm
#else
#define TOKEN Lbn
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Sequence<Conv<Out<1>, NoActivation, TOKEN>, Normalize<BatchNorm>>>, Activate<>,
                     Classifier<Out<10>>> {};
