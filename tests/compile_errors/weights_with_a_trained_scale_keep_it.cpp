// Weights whose scale is trained, without it.
// EXPECT: model_error::weights_with_a_trained_scale_keep_it<
// EXPECT: in_layer<2>
// EXPECT: subject
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN DoReFa<1>
#else
#define TOKEN Lsq<4>
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Unscaled<TOKEN>, Out<8>>, Classifier<Out<10>>> {};
