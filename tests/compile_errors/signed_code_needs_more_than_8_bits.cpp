// Signed codes beyond a byte.
// EXPECT: model_error::activation_code_needs_more_than_8_bits<
// EXPECT: in_layer<2>
// EXPECT: expected<256>
// EXPECT: found<257>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 255
#else
#define TOKEN 257
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>>, Conv<SignedAct<M_a{TOKEN}>, Out<8>>, Classifier<Out<10>>> {};
