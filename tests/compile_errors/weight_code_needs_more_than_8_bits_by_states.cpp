// Weights of 257 states.
// EXPECT: model_error::weight_code_needs_more_than_8_bits<
// EXPECT: in_layer<2, intaglio::model_error::main>
// EXPECT: expected<8>
// EXPECT: found<9>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 255
#else
#define TOKEN 257
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Residual<Conv<States<M_w{TOKEN}>, Out<1>>>,
                     Activate<>, Classifier<Out<10>>> {};
