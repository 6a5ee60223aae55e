// A surrogate whose bumps have no width.
// EXPECT: model_error::parameter_of_surrogate_must_be_positive<
// EXPECT: in_layer<2>
// EXPECT: Rectangle<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Conv<Act<M_a{8}, Rectangle<Width{TOKEN}>>, Out<8>>, Classifier<Out<10>>> {};
