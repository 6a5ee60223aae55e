// A table of the sums of four pixels.
// EXPECT: model_error::table_takes_at_most_256_codes<
// EXPECT: in_layer<2, 2>
// EXPECT: expected<256>
// EXPECT: found<1021>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN MaxPool
#else
#define TOKEN AvgPool
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Sequence<TOKEN<2>, CodeTable<Sigmoid<ActBits<4>>>>, Conv<Out<4>>, Classifier<Out<2>>> {};
