// A multiplier of 32 bits.
// EXPECT: model_error::multiplier_takes_1_to_31_bits<
// EXPECT: in_layer<1>
// EXPECT: expected<31>
// EXPECT: found<32>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 31
#else
#define TOKEN 32
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, MultiplierBits<TOKEN>>, Classifier<Out<10>>> {};
