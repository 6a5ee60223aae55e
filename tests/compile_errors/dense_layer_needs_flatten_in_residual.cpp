// A dense layer behind an image, inside Residual.
// EXPECT: model_error::dense_layer_needs_Flatten_after_an_image<
// EXPECT: in_layer<2, intaglio::model_error::shortcut>
// EXPECT: expected<1>
// EXPECT: found<784>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Flatten
#else
#define TOKEN NoFlatten
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Residual<Dense<Out<16>, Flatten>, Dense<Out<16>, TOKEN>>, Activate<>, Classifier<Out<10>>> {};
