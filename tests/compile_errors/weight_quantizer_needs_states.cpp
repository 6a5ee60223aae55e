// A weight quantiser of one's own does not say how many states it has.
// EXPECT: model_error::weight_quantizer_needs_static_constexpr_integer_states<
// EXPECT: in_layer<1
// EXPECT: app::Quantizer
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN states
#else
#define TOKEN count
#endif

namespace app {
struct Quantizer {
    using option = intaglio::option::weight;
    static constexpr intaglio::CodeRange codes{-1, 1};
    static constexpr std::int32_t TOKEN = 3;
    static constexpr std::int32_t denominator = 1;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Conv<Out<8>, app::Quantizer, Lbn, Act<M_a{4}>>, Classifier<QInt<2>, Out<10>>> {};
