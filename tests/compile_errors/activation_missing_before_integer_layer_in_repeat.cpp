// The second repetition reads the sum of the first.
// EXPECT: model_error::activation_missing_before_integer_layer<
// EXPECT: in_layer<3, intaglio::model_error::repetition, 2, 1, intaglio::model_error::main>
// EXPECT: expected<8>
// EXPECT: found<13>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 2
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Repeat<TOKEN, Residual<Conv<Out<8>>>>, Activate<>, Classifier<Out<10>>> {};
