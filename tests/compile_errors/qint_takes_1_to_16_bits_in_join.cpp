// A grid of 17 bits.
// EXPECT: model_error::QInt_takes_1_to_16_bits<
// EXPECT: in_layer<2>
// EXPECT: expected<16>
// EXPECT: found<17>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 12
#else
#define TOKEN 17
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Conv<Out<1>>, Identity, BranchGrid<QInt<TOKEN>>>, Activate<>, Classifier<Out<10>>> {};
