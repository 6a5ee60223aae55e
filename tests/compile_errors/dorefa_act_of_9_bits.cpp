// A DoReFa activation of more bits than a byte.
// EXPECT: model_error::DoReFaAct_takes_1_to_8_bits<
// EXPECT: in_layer<3>
// EXPECT: expected<8>
// EXPECT: found<9>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 8
#else
#define TOKEN 9
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>>, Conv<Out<8>, NoActivation>, Activate<DoReFaAct<TOKEN>>,
                     Classifier<Out<10>>> {};
