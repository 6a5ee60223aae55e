// 70,000 products of 255 and 127, inside Repeat.
// EXPECT: model_error::accumulator_needs_more_than_32_bits<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 2>
// EXPECT: expected<32>
// EXPECT: found<33>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 7000
#else
#define TOKEN 70000
#endif

struct Net : Network<Features<10>, Defaults<QInt<8>, Act<M_a{256}>>, Repeat<2, Dense<Out<TOKEN>>, Dense<Out<10>>>,
                     Classifier<Out<10>>> {};
