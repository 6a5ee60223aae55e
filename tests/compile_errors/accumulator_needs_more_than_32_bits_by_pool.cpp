// A pool over too many accumulators.
// EXPECT: model_error::accumulator_needs_more_than_32_bits<
// EXPECT: in_layer<3>
// EXPECT: expected<32>
// EXPECT: found<40>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 16
#else
#define TOKEN 1024
#endif

struct Net : Network<Image<1, TOKEN, TOKEN>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<QInt<8>, Out<10>, NoActivation>,
                     GlobalAvgPool> {};
