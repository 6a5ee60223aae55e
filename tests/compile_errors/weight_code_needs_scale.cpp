// A weight quantiser of one's own is scaled and does not say by what.
// EXPECT: model_error::weight_code_of_a_scaled_quantizer_needs_scale<
// EXPECT: app::Quantizer
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN scale
#else
#define TOKEN factor
#endif

namespace app {
struct Quantizer {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 3;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
    static constexpr bool scaled = true;
};
}  // namespace app

template <>
struct intaglio::train::WeightCode<app::Quantizer> {
    static std::int8_t code(float w) {
        return w > 0.5F ? std::int8_t{1} : w < -0.5F ? std::int8_t{-1} : std::int8_t{0};
    }
    static float gradient(float) { return 1; }
    static double TOKEN() { return 0.5; }
};

struct Net : Network<Image<1, 8, 8>, Defaults<app::Quantizer, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<2>>> {};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
