// An integer of 64 bits.
// EXPECT: model_error::QInt_takes_1_to_16_bits<
// EXPECT: in_layer<1>
// EXPECT: expected<16>
// EXPECT: found<64>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 64
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<TOKEN>, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {};
