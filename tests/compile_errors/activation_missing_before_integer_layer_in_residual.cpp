// A product reads accumulators, inside Residual.
// EXPECT: model_error::activation_missing_before_integer_layer<
// EXPECT: in_layer<3, intaglio::model_error::main, 2>
// EXPECT: expected<8>
// EXPECT: found<9>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN FourStates
#else
#define TOKEN NoActivation
#endif

using FourStates = Act<M_a{4}>;

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Sequence<Conv<Out<8>, TOKEN>, Conv<Out<8>>>>, Activate<>, Classifier<Out<10>>> {};
