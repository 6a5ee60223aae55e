// A weight quantiser of one's own does not say what its codes are divided by.
// EXPECT: model_error::weight_quantizer_needs_a_static_constexpr_integer_denominator<
// EXPECT: in_layer<1
// EXPECT: app::Quantizer
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN denominator
#else
#define TOKEN divisor
#endif

namespace app {
struct Quantizer {
    using option = intaglio::option::weight;
    static constexpr intaglio::CodeRange codes{-1, 1};
    static constexpr std::int32_t states = 3;
    static constexpr std::int32_t TOKEN = 1;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Conv<Out<8>, app::Quantizer, Lbn, Act<M_a{4}>>, Classifier<QInt<2>, Out<10>>> {};
