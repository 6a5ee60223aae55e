// One bit.
// EXPECT: model_error::Lsq_takes_2_to_8_bits<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 1
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Lsq<TOKEN>, Out<8>>, Classifier<Out<10>>> {
};
