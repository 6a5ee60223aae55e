// A type that is no layer as a branch of Residual.
// EXPECT: model_error::not_a_layer<
// EXPECT: in_layer<3, intaglio::model_error::main>
// EXPECT: int
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Identity
#else
#define TOKEN int
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, Residual<TOKEN>, Activate<>,
                     Classifier<Out<10>>> {};
