// Signed codes without a zero, for all layers.
// EXPECT: model_error::M_a_of_signed_codes_must_be_odd<
// EXPECT: in_layer<1>
// EXPECT: expected<7>
// EXPECT: found<6>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 7
#else
#define TOKEN 6
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, SignedAct<M_a{TOKEN}>>, Conv<Out<8>>, Classifier<Out<10>>> {};
