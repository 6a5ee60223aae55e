// Branches side by side whose padding holds other codes.
// EXPECT: model_error::concat_branches_differ_in_padding_code<
// EXPECT: in_layer<2, intaglio::model_error::branch, 2>
// EXPECT: expected<0>
// EXPECT: found<-1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Masked
#else
#define TOKEN PadMinusOne
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Concat<Conv<Out<8>, Sign<>>, Conv<Out<8>, Sign<TOKEN>>>, Classifier<Out<10>>> {};
