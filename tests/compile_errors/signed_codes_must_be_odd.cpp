// Signed codes without a zero.
// EXPECT: model_error::M_a_of_signed_codes_must_be_odd<
// EXPECT: in_layer<3, intaglio::model_error::main>
// EXPECT: expected<5>
// EXPECT: found<4>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 5
#else
#define TOKEN 4
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Conv<SignedAct<M_a{TOKEN}>, Out<8>>>, Activate<>, Classifier<Out<10>>> {};
