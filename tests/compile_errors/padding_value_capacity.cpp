// A padding value of more channels than there can be.
// EXPECT: model_error::padding_value_takes_1_to_4_codes<
// EXPECT: in_layer<0>
// EXPECT: expected<4>
// EXPECT: found<5>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN NoPaddingValue
#else
#define TOKEN Five
#endif

using Five = PaddingValue<1, 2, 3, 4, 5>;

struct Net
    : Network<Image<5, 32, 32, UInt8, TOKEN>, Defaults<QInt<2>>, Conv<Act<M_a{4}>, Out<8>>, Classifier<Out<10>>> {};
