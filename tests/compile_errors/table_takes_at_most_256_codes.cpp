// A table of sums of 256 codes of two states, which are 257.
// EXPECT: model_error::table_takes_at_most_256_codes<
// EXPECT: in_layer<4>
// EXPECT: expected<256>
// EXPECT: found<257>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 15
#else
#define TOKEN 16
#endif

struct Net : Network<Image<1, 240, 240>, Defaults<QInt<2>, Lbn, Act<M_a{2}>>, Conv<Out<4>>, AvgPool<TOKEN>,
                     CodeTable<Sigmoid<ActBits<4>>>, GlobalAvgPool, Classifier<Out<2>>> {};
