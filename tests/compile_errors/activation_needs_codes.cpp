// An activation of one's own gives the number of its codes, not their range.
// EXPECT: model_error::activation_needs_a_static_constexpr_CodeRange_codes<
// EXPECT: in_layer<2
// EXPECT: app::Activation
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN             \
    intaglio::CodeRange { \
        -1, 6             \
    }
#else
#define TOKEN 8
#endif

namespace app {
struct Derivative {
    static constexpr const char* name = "derivative";
};
struct Activation {
    using option = intaglio::option::activation;
    using surrogate = Derivative;
    static constexpr auto codes = TOKEN;
    static constexpr std::int64_t denominator = 4;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn>, Conv<Out<8>, app::Activation>, Classifier<Out<10>>> {};
