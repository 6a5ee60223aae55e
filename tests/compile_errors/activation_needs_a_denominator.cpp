// An activation of one's own does not say what its codes are divided by.
// EXPECT: model_error::activation_needs_a_static_constexpr_integer_denominator<
// EXPECT: in_layer<2
// EXPECT: app::Activation
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN denominator
#else
#define TOKEN divisor
#endif

namespace app {
struct Derivative {
    static constexpr const char* name = "derivative";
};
struct Activation {
    using option = intaglio::option::activation;
    using surrogate = Derivative;
    static constexpr auto codes = intaglio::CodeRange{-1, 6};
    static constexpr std::int64_t TOKEN = 4;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn>, Conv<Out<8>, app::Activation>, Classifier<Out<10>>> {};
