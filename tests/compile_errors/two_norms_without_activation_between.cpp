// A norm behind a layer that is normalised.
// EXPECT: model_error::two_norms_without_activation_between<
// EXPECT: in_layer<3>
// EXPECT: expected<1>
// EXPECT: found<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN NoNorm
#else
#define TOKEN Lbn
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, NoActivation, TOKEN>,
                     Normalize<>, Activate<>, Classifier<Out<10>>> {};
