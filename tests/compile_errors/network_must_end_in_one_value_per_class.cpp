// Ten classes for each of 4 x 4 pixels.
// EXPECT: model_error::network_must_end_in_one_value_per_class<
// EXPECT: in_layer<3>
// EXPECT: expected<1>
// EXPECT: found<16>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 28
#else
#define TOKEN 7
#endif

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>, NoWeightStandardization, Lbn, Act<M_a{4}>>,
                     Conv<QInt<8>, Kernel<1>, Out<10>, NoActivation>, AvgPool<TOKEN>> {};
