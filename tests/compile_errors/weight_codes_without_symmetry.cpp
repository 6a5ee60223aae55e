// Two's-complement codes of a quantiser that does not say that they lack symmetry.
// EXPECT: model_error::weight_codes_without_symmetry_need_a_quantizer_that_says_asymmetric<
// EXPECT: in_layer<2>
// EXPECT: expected<8>
// EXPECT: found<7>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN true
#else
#define TOKEN false
#endif

namespace app {
struct TwosComplement {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 16;
    static constexpr CodeRange codes{-8, 7};
    static constexpr std::int32_t denominator = 8;
    static constexpr bool asymmetric = TOKEN;
};
}  // namespace app

struct Net : Network<Image<1, 28, 28>, Defaults<app::TwosComplement, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<10>>> {
};
