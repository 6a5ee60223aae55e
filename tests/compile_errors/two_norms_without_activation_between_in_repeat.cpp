// Two norms one behind the other, inside Repeat.
// EXPECT: model_error::two_norms_without_activation_between<
// EXPECT: in_layer<3, intaglio::model_error::repetition, 2, 1>
// EXPECT: expected<1>
// EXPECT: found<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 2
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, NoNorm, NoActivation>,
                     Repeat<TOKEN, Normalize<>>, Activate<>, Classifier<Out<10>>> {};
