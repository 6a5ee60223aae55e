// Causal padding of an image.
// EXPECT: model_error::causal_padding_belongs_to_one_dimensional_layers<
// EXPECT: in_layer<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN SameUpperPadding
#else
#define TOKEN CausalPadding
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<4>, TOKEN>, Classifier<Out<2>>> {};
