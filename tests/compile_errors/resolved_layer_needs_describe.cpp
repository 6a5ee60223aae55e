// A layer of one's own does not describe its rows.
// EXPECT: model_error::resolved_layer_needs_static_constexpr_describe_of_a_Builder<
// EXPECT: in_layer<3, 2>
// EXPECT: app::Layer::resolved<
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN describe
#else
#define TOKEN append
#endif

namespace app {
struct Layer {
    template <class Defaults>
    struct resolved {
        using primitives = boost::mp11::mp_list<>;
        static constexpr void TOKEN(intaglio::Builder&) {}
    };
};
}  // namespace app

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Conv<Out<8>>,
                     Sequence<Conv<Out<8>>, app::Layer>, Classifier<Out<10>>> {};
