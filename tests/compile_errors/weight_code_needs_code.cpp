// The arithmetic of a weight quantiser of one's own gives no codes.
// EXPECT: model_error::weight_code_needs_code_of_a_weight<
// EXPECT: app::Quantizer
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN code
#else
#define TOKEN round
#endif

namespace app {
struct Quantizer {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 3;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
    static constexpr bool scaled = false;
};
}  // namespace app

template <>
struct intaglio::train::WeightCode<app::Quantizer> {
    static std::int8_t TOKEN(float w) {
        return w > 0.5F ? std::int8_t{1} : w < -0.5F ? std::int8_t{-1} : std::int8_t{0};
    }
    static float gradient(float) { return 1; }
};

struct Net : Network<Image<1, 8, 8>, Defaults<app::Quantizer, Act<M_a{4}>>, Conv<Out<8>>, Classifier<Out<2>>> {};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
