// A network of real numbers trains, but has no integer program.
// EXPECT: model_error::float_weights_have_no_integer_program<
// EXPECT: in_layer<2>
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN QInt<4>
#else
#define TOKEN FloatWeights
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<TOKEN, Out<8>>, Classifier<Out<10>>> {
};

auto lowered(Training<Net>& training) {
    return lower(training);
}
