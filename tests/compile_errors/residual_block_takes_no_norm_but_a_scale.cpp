// A norm after a residual block is a layer of its own.
// EXPECT: model_error::option_does_not_belong_to_this_layer<
// EXPECT: in_layer<3>
// EXPECT: BatchNorm
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN IntegerScale<Scale::Layer>
#else
#define TOKEN BatchNorm
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, NoNorm, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Conv<Out<8>>, Identity, TOKEN>, Activate<>, Classifier<Out<10>>> {};
