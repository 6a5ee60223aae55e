// An option that stands outside of its layer.
// EXPECT: model_error::not_a_layer<
// EXPECT: in_layer<3>
// EXPECT: Stride<2
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN AvgPool
#else
#define TOKEN Stride
#endif

struct Net
    : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, TOKEN<2>, Classifier<Out<10>>> {};
