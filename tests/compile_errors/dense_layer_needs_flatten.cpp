// A dense layer behind an image.
// EXPECT: model_error::dense_layer_needs_Flatten_after_an_image<
// EXPECT: in_layer<4>
// EXPECT: expected<1>
// EXPECT: found<196>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 28
#else
#define TOKEN 2
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, AvgPool<TOKEN>,
                     Dense<Out<16>>, Classifier<Out<10>>> {};
