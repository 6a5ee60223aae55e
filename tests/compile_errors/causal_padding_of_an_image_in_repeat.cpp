// Causal padding of a pool over an image, in Repeat.
// EXPECT: model_error::causal_padding_belongs_to_one_dimensional_layers<
// EXPECT: in_layer<2, intaglio::model_error::repetition, 1, 1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN SameUpperPadding
#else
#define TOKEN CausalPadding
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Repeat<2, MaxPool<3, Stride<1>, TOKEN>, Conv<Out<4>>>, Classifier<Out<2>>> {};
