// Windows of 1 to 29 rows, whose numbers of codes have too large a common multiple.
// EXPECT: model_error::accumulator_needs_more_than_32_bits<
// EXPECT: in_layer<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 28
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, AvgPool<29, Stride<1>, Padding<TOKEN>>,
                     Activate<>, Conv<Out<4>>, Classifier<Out<10>>> {};
