// The logits have no activation.
// EXPECT: model_error::option_does_not_belong_to_this_layer<
// EXPECT: in_layer<2>
// EXPECT: Act<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN SingleGain
#else
#define TOKEN FourStates
#endif

using FourStates = Act<M_a{4}>;

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Classifier<Out<10>, TOKEN>> {};
