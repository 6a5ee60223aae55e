// A convolution in time of an image.
// EXPECT: model_error::one_dimensional_layer_needs_a_signal<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<28>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Conv
#else
#define TOKEN Conv1d
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, TOKEN<Out<8>>, Classifier<Out<10>>> {};
