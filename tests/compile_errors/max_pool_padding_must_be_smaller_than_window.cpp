// A max pool whose first window would hold padding alone.
// EXPECT: model_error::padding_must_be_smaller_than_kernel<
// EXPECT: in_layer<2>
// EXPECT: expected<3>
// EXPECT: found<3>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 2
#else
#define TOKEN 3
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, MaxPool<3, Stride<2>, Padding<TOKEN>>,
                     Classifier<Out<10>>> {};
