// A norm of one's own does not say whether it trains a gain.
// EXPECT: model_error::norm_needs_a_static_constexpr_bool_has_gain<
// EXPECT: in_layer<2
// EXPECT: app::OwnNorm
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN has_gain
#else
#define TOKEN gains
#endif

namespace app {
struct OwnNorm {
    using option = intaglio::option::norm;
    static constexpr const char* name = "own norm";
    static constexpr auto statistics = intaglio::Per::layer;
    static constexpr bool TOKEN = true;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>, app::OwnNorm>, Classifier<Out<10>>> {
};
