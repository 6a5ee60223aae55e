// The weight quantiser is missing inside Repeat.
// EXPECT: model_error::missing_weight_quantizer<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 2>
// EXPECT: expected<1>
// EXPECT: found<0>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN QInt
#else
#define TOKEN Kernel
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<Lbn, Act<M_a{4}>>,
                     Repeat<2, Conv<Out<8>, QInt<2>>, Conv<Out<8>, TOKEN<3>>>, Classifier<QInt<8>, Out<10>>> {};
