// An even number of states under a surrogate of choice.
// EXPECT: model_error::M_w_must_be_odd<
// EXPECT: in_layer<2>
// EXPECT: expected<7>
// EXPECT: found<6>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 7
#else
#define TOKEN 6
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
                     Conv<States<M_w{TOKEN}, ClippedIdentity<>>, Out<8>>, Classifier<Out<10>>> {};
