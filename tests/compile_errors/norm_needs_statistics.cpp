// A norm of one's own says by a name what it measures.
// EXPECT: model_error::norm_needs_static_constexpr_Per_statistics<
// EXPECT: in_layer<2
// EXPECT: app::OwnNorm
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN intaglio::Per::layer
#else
#define TOKEN "layer"
#endif

namespace app {
struct OwnNorm {
    using option = intaglio::option::norm;
    static constexpr const char* name = "own norm";
    static constexpr auto statistics = TOKEN;
    static constexpr bool has_gain = true;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>, app::OwnNorm>, Classifier<Out<10>>> {
};
