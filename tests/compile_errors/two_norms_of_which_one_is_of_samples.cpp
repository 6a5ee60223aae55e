// A batch norm behind a layer norm.
// EXPECT: model_error::two_norms_without_activation_between<
// EXPECT: in_layer<3>
// EXPECT: expected<1>
// EXPECT: found<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Activate
#else
#define TOKEN Normalize
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<LayerNorm<>, Out<8>, NoActivation>, TOKEN<>,
                     Activate<>, Classifier<Out<10>>> {};
