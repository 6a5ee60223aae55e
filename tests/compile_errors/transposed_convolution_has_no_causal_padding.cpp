// A transposed convolution that is to be causal.
// EXPECT: model_error::transposed_convolution_has_no_causal_padding<
// EXPECT: in_layer<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN SamePadding
#else
#define TOKEN CausalPadding
#endif

struct Net
    : Network<Signal<2, 16>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, TransposedConv1d<Out<4>, TOKEN>, Classifier<Out<2>>> {
};
