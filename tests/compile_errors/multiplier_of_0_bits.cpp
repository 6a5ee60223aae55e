// A multiplier without bits.
// EXPECT: model_error::multiplier_takes_1_to_31_bits<
// EXPECT: in_layer<1>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, MultiplierBits<TOKEN>>, Classifier<Out<10>>> {};
