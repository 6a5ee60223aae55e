// A padding code of an activation of one's own that is none of its codes.
// EXPECT: model_error::padding_code_is_neither_0_nor_a_code_of_its_activation<
// EXPECT: in_layer<2>
// EXPECT: expected<6>
// EXPECT: found<7>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 6
#else
#define TOKEN 7
#endif

struct OffsetAct {
    using option = option::activation;
    using surrogate = StraightThrough;
    static constexpr CodeRange codes{-1, 6};
    static constexpr std::int64_t denominator = 4;
    static constexpr std::int32_t padding_code = TOKEN;
};

struct Net : Network<Image<1, 28, 28>, Defaults<QInt<2>>, Conv<OffsetAct, Out<8>>, Conv<Act<M_a{4}>, Out<8>>,
                     Classifier<Out<10>>> {};
