// A gate that is less wide.
// EXPECT: model_error::gate_is_neither_one_pixel_nor_as_wide_as_its_factor<
// EXPECT: in_layer<2>
// EXPECT: expected<28>
// EXPECT: found<14>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 2
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Multiply<Conv<Out<8>>, Conv<Out<8>, Stride<1, TOKEN>>>, Activate<>, Classifier<Out<10>>> {};
