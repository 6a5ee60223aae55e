// A negative epsilon, inside Residual.
// EXPECT: model_error::epsilon_of_a_norm_must_be_positive_and_finite<
// EXPECT: in_layer<3, intaglio::model_error::main, 2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN
#else
#define TOKEN -
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Sequence<Activate<>, Normalize<WithEpsilon<Lbn, Epsilon{TOKEN 1e-3}>>>>, Activate<>,
                     Classifier<Out<10>>> {};
