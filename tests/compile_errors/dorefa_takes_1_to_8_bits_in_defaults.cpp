// Thirty-two bits.
// EXPECT: model_error::DoReFa_takes_1_to_8_bits<
// EXPECT: in_layer<1>
// EXPECT: expected<8>
// EXPECT: found<32>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 32
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<DoReFa<TOKEN>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {};
