// An activation of 257 states.
// EXPECT: model_error::activation_code_needs_more_than_8_bits<
// EXPECT: in_layer<3>
// EXPECT: expected<256>
// EXPECT: found<257>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 256
#else
#define TOKEN 257
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, NoActivation>,
                     Activate<Act<M_a{TOKEN}>>, Classifier<Out<10>>> {};
