// 90,000 products of 255 and 127.
// EXPECT: model_error::accumulator_needs_more_than_32_bits<
// EXPECT: in_layer<2>
// EXPECT: expected<32>
// EXPECT: found<33>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 200
#else
#define TOKEN 300
#endif

struct Net : Network<Image<1, 300, TOKEN>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Classifier<QInt<8>, Out<10>>> {};
