// An activation of one's own has no derivative.
// EXPECT: model_error::activation_needs_a_surrogate<
// EXPECT: in_layer<2
// EXPECT: app::Activation
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN surrogate
#else
#define TOKEN derivative
#endif

namespace app {
struct Derivative {
    static constexpr const char* name = "derivative";
};
struct Activation {
    using option = intaglio::option::activation;
    using TOKEN = Derivative;
    static constexpr auto codes = intaglio::CodeRange{-1, 6};
    static constexpr std::int64_t denominator = 4;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn>, Conv<Out<8>, app::Activation>, Classifier<Out<10>>> {};
