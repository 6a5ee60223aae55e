// A gain below zero turns descent into ascent.
// EXPECT: model_error::parameter_of_surrogate_must_be_positive<
// EXPECT: in_layer<2>
// EXPECT: Indicator<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1.0
#else
#define TOKEN -1.0
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Conv<States<M_w{3}, Indicator<Slope{TOKEN}>>, Out<8>>, Classifier<Out<10>>> {};
