// A window whose weights do not fit into 64 bits.
// EXPECT: model_error::layer_has_too_many_weights<
// EXPECT: in_layer<2>
// EXPECT: expected<2147483647>
// EXPECT: found<4611686014132420609
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 27
#else
#define TOKEN 2147483647
#endif

struct Net : Network<Image<1000, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>, Kernel<TOKEN>>,
                     Classifier<Out<10>>> {};
