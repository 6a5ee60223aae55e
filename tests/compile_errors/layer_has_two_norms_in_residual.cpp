// A layer has one norm, inside Residual, too.
// EXPECT: model_error::layer_has_two_norms<
// EXPECT: in_layer<2, intaglio::model_error::shortcut, 1>
// EXPECT: expected<1>
// EXPECT: found<2>
// EXPECT: LayerBatchNorm
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN SingleGain
#else
#define TOKEN NoNorm
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Conv<Out<8>>, Sequence<Conv<Out<8>, Lbn, TOKEN>>>, Activate<>, Classifier<Out<10>>> {};
