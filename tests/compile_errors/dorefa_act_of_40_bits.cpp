// A DoReFa activation of more bits than an int.
// EXPECT: model_error::DoReFaAct_takes_1_to_8_bits<
// EXPECT: in_layer<1>
// EXPECT: expected<8>
// EXPECT: found<40>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 4
#else
#define TOKEN 40
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, DoReFaAct<TOKEN>>, Conv<Out<8>>, Classifier<Out<10>>> {};
