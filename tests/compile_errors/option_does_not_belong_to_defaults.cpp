// Out cannot be a default.
// EXPECT: model_error::option_does_not_belong_to_this_layer<
// EXPECT: in_layer<1>
// EXPECT: Out<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN QInt
#else
#define TOKEN Out
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<TOKEN<2>, Act<M_a{4}>>, Conv<QInt<3>, Out<8>>, Classifier<QInt<3>, Out<10>>> {
};
