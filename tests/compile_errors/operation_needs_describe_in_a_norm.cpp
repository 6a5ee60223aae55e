// The operation of a norm of one's own does not describe its row.
// EXPECT: model_error::operation_needs_static_constexpr_describe_of_a_Builder<
// EXPECT: in_layer<2
// EXPECT: app::Operation
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN describe
#else
#define TOKEN append
#endif

namespace app {
struct Operation {
    static constexpr void TOKEN(intaglio::Builder& b) { b.append(intaglio::Row{.kind = "nothing"}, b.in()); }
};
struct OwnNorm {
    using option = intaglio::option::norm;
    template <bool>
    using primitive = Operation;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>, app::OwnNorm>, Classifier<Out<10>>> {
};
