// A surrogate of one's own has no name, by which checkpoints tell it from others.
// EXPECT: model_error::surrogate_needs_a_static_constexpr_name<
// EXPECT: in_layer<2
// EXPECT: app::Derivative
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN name
#else
#define TOKEN title
#endif

namespace app {
struct Derivative {
    static constexpr const char* TOKEN = "derivative";
};
struct Activation {
    using option = intaglio::option::activation;
    using surrogate = Derivative;
    static constexpr auto codes = intaglio::CodeRange{-1, 6};
    static constexpr std::int64_t denominator = 4;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn>, Conv<Out<8>, app::Activation>, Classifier<Out<10>>> {};
