// The sum of 256 codes of 8 bits needs 16 bits and a sign.
// EXPECT: model_error::activation_code_needs_more_than_16_bits<
// EXPECT: in_layer<4>
// EXPECT: expected<16>
// EXPECT: found<17>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 128
#else
#define TOKEN 256
#endif

struct Net : Network<Image<1, 16, 16>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Act<M_a{TOKEN}>, Out<8>>,
                     GlobalAvgPool, Classifier<Out<10>>> {};
