// The weight quantiser is missing inside Residual.
// EXPECT: model_error::missing_weight_quantizer<
// EXPECT: in_layer<2, intaglio::model_error::main>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN QInt
#else
#define TOKEN Kernel
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<Lbn, Act<M_a{4}>>, Residual<Conv<Out<1>, TOKEN<3>>>, Activate<>,
                     Classifier<QInt<8>, Out<10>>> {};
