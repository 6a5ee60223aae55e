// An integer program of a norm that measures every sample by itself.
// EXPECT: model_error::norm_depends_on_each_input_and_has_no_integer_program<
// EXPECT: in_layer<3>
#include "intaglio/model/network.hpp"
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN BatchNorm
#else
#define TOKEN LayerNorm<>
#endif

struct Net
    : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>>, Conv<TOKEN, Out<4>>, Classifier<Out<2>>> {};

IntegerNetwork<Net> lowered(Training<Net>& training) {
    return lower(training);
}
