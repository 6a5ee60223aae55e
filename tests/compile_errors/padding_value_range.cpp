// A padding value that no code of the input can be.
// EXPECT: model_error::padding_value_lies_outside_of_the_codes_of_the_input<
// EXPECT: in_layer<0>
// EXPECT: expected<255>
// EXPECT: found<256>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 255
#else
#define TOKEN 256
#endif

struct Net : Network<Image<3, 32, 32, UInt8, PaddingValue<124, TOKEN, 104>>, Defaults<QInt<2>>,
                     Conv<Act<M_a{4}>, Out<8>>, Classifier<Out<10>>> {};
