// A network with the training program of an operation of one's own, of which a mistake renames one member.
#pragma once

#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifndef SITE
#define SITE const Site&
#endif
#ifndef WORKSPACE_BYTES
#define WORKSPACE_BYTES workspace_bytes
#endif
#ifndef FORWARD
#define FORWARD forward
#endif
#ifndef BACKWARD
#define BACKWARD backward
#endif
#ifndef LOWER
#define LOWER lower
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
        State(SITE, std::int64_t) {}
    };
    template <class Kind>
    static std::int64_t WORKSPACE_BYTES(const Site&, std::int64_t) {
        return 0;
    }
    template <class Kind, class State>
    static void FORWARD(State&, const Site&, Context&) {}
    template <class Kind, class State>
    static void BACKWARD(State&, const Site&, Context&) {}
    template <class Kind, class State>
    static void LOWER(const State&, const Site&, Lowering&, RowNumbers&) {}
};

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>, app::SameLayer, Classifier<Out<2>>> {
};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
