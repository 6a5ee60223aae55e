// The state of an operation of one's own is not made from its site.
// EXPECT: model_error::training_operation_needs_a_State_made_from_a_Site_and_a_capacity<
// EXPECT: app::Same
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN const Site&
#else
#define TOKEN const Row&
#endif

namespace app {
struct Same {
    static constexpr void describe(Builder& b) { b.append(Row{.kind = "same"}, b.in(), true); }
};
struct SameLayer {
    template <class Defaults>
    struct resolved {
        using primitives = boost::mp11::mp_list<Same>;
        static constexpr void describe(Builder& b) { Same::describe(b); }
    };
};
}  // namespace app

template <>
struct intaglio::train::Operation<app::Same> {
    template <class Kind>
    struct State {
        State(TOKEN, std::int64_t) {}
    };
    template <class Kind>
    static std::int64_t workspace_bytes(const Site&, std::int64_t) {
        return 0;
    }
    template <class Kind, class State>
    static void forward(State&, const Site&, Context&) {}
    template <class Kind, class State>
    static void backward(State&, const Site&, Context&) {}
    template <class Kind, class State>
    static void lower(const State&, const Site&, Lowering&, RowNumbers&) {}
};

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>, app::SameLayer, Classifier<Out<2>>> {
};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
