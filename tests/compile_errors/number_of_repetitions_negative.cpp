// Nothing is repeated -2 times.
// EXPECT: model_error::number_of_repetitions_must_be_positive<
// EXPECT: in_layer<3, intaglio::model_error::main>
// EXPECT: expected<1>
// EXPECT: found<-2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN +
#else
#define TOKEN -
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Repeat<TOKEN 2, Conv<Out<8>>>>, Activate<>, Classifier<Out<10>>> {};
