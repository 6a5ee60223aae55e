// A padding value for another number of channels.
// EXPECT: model_error::padding_value_needs_one_code_for_each_channel<
// EXPECT: in_layer<0>
// EXPECT: expected<3>
// EXPECT: found<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN Three
#else
#define TOKEN Two
#endif

using Three = PaddingValue<124, 116, 104>;
using Two = PaddingValue<124, 116>;

struct Net
    : Network<Image<3, 32, 32, UInt8, TOKEN>, Defaults<QInt<2>>, Conv<Act<M_a{4}>, Out<8>>, Classifier<Out<10>>> {};
