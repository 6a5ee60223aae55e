// A pool in time of an image, inside Repeat.
// EXPECT: model_error::one_dimensional_layer_needs_a_signal<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
// EXPECT: expected<1>
// EXPECT: found<28>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN MaxPool
#else
#define TOKEN MaxPool1d
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Repeat<2, TOKEN<2>>, Classifier<Out<10>>> {
};
