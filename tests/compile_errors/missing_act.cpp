// An activation of its own without an activation.
// EXPECT: model_error::missing_option_Act<
// EXPECT: in_layer<3>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN FourStates
#else
#define TOKEN
#endif

using FourStates = Act<M_a{4}>;

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>>, Conv<Out<8>>, Activate<TOKEN>, Classifier<Out<10>>> {};
