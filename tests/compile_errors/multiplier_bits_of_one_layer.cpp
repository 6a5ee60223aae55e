// The width of multipliers is that of the whole network.
// EXPECT: model_error::option_does_not_belong_to_this_layer<
// EXPECT: in_layer<2>
// EXPECT: MultiplierBits<15>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define OPTION Act<M_a{31}>
#else
#define OPTION MultiplierBits<15>
#endif

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{17}>>, Conv<Out<8>, OPTION>, Classifier<Out<10>>> {};
