// An average pool whose padding is as large as its window.
// EXPECT: model_error::padding_must_be_smaller_than_kernel<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 2
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, AvgPool<2, Stride<1>, Padding<TOKEN>>,
                     Conv<Out<4>>, Classifier<Out<10>>> {};
