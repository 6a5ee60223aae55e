// A negative number of output channels, inside Residual.
// EXPECT: model_error::number_of_channels_must_be_positive<
// EXPECT: in_layer<2, intaglio::model_error::main>
// EXPECT: expected<1>
// EXPECT: found<-1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN +
#else
#define TOKEN -
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Residual<Conv<Out<TOKEN 1>>>, Activate<>,
                     Classifier<Out<10>>> {};
