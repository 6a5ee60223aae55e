// The ends of literal states lie off the grid, so that they have no integer codes.
// EXPECT: model_error::end_levels_of_literal_weight_states_lie_off_the_grid_of_integer_codes<
// EXPECT: in_layer<3, intaglio::model_error::main>
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN States
#else
#define TOKEN LiteralStates
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Conv<TOKEN<M_w{3}>, Out<8>>>, Activate<>, Classifier<Out<10>>> {};

auto lowered(Training<Net>& training) {
    return lower(training);
}
