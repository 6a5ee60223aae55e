// The operation of an activation of one's own does not describe its row.
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
struct Activation {
    using option = intaglio::option::activation;
    using primitive = Operation;
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, NoNorm>, Dense<Flatten, Out<10>, app::Activation>> {};
