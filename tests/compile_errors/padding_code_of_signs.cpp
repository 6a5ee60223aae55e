// A padding of signs that no sign has.
// EXPECT: model_error::padding_code_of_signs_must_be_minus_1_0_or_1<
// EXPECT: in_layer<2>
// EXPECT: expected<1>
// EXPECT: found<2>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN PadPlusOne
#else
#define TOKEN PadTwo
#endif

struct PadTwo {
    static constexpr std::int32_t code = 2;
};

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>>, Conv<Sign<TOKEN>, Out<8>>, Conv<Sign<>, Out<8>>,
                     Classifier<Out<10>>> {};
