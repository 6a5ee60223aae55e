// An integer program of a network with real numbers.
// EXPECT: model_error::float_activations_have_no_integer_program<
// EXPECT: in_layer<2>
#include "intaglio/model/network.hpp"
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Sign<>
#else
#define TOKEN Relu
#endif

struct Net
    : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<TOKEN, Out<4>>, Conv<Out<4>>, Classifier<Out<2>>> {};

IntegerNetwork<Net> lowered(Training<Net>& training) {
    return lower(training);
}
