// A weight quantiser of one's own has codes that are not known to the type.
// EXPECT: model_error::weight_quantizer_needs_a_static_constexpr_CodeRange_codes<
// EXPECT: in_layer<1
// EXPECT: app::Quantizer
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN static constexpr
#else
#define TOKEN const
#endif

namespace app {
struct Quantizer {
    using option = intaglio::option::weight;
    TOKEN intaglio::CodeRange codes{-1, 1};
    static constexpr std::int32_t states = 3;
    static constexpr std::int32_t denominator = 1;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Conv<Out<8>, app::Quantizer, Lbn, Act<M_a{4}>>, Classifier<QInt<2>, Out<10>>> {};
