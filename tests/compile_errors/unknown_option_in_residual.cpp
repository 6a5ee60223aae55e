// A type that is no option, inside Residual.
// EXPECT: model_error::unknown_option<
// EXPECT: in_layer<3, intaglio::model_error::shortcut>
// EXPECT: float
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Lbn
#else
#define TOKEN float
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Residual<Conv<Out<16>>, Conv<Out<16>, TOKEN>>, Activate<>, Classifier<Out<10>>> {};
