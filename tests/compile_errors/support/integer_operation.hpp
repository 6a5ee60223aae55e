// A network with the integer program of an operation of one's own, of which a mistake renames one member.
#pragma once

#include "intaglio/integer/program.hpp"

using namespace intaglio;

#ifndef PARAMETER_BYTES
#define PARAMETER_BYTES parameter_bytes
#endif
#ifndef WORKSPACE_BYTES
#define WORKSPACE_BYTES workspace_bytes
#endif
#ifndef RUN
#define RUN run
#endif

namespace app {
struct Same {
    static constexpr void describe(Builder& b) { b.append(Row{.kind = "same"}, b.in()); }
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
struct intaglio::integer::Operation<app::Same> {
    template <class... Arguments>
    static constexpr OnlyVariant variant(const FactsView&, const Row&, std::int32_t) {
        return {};
    }
    template <class Set, class Kind>
    static constexpr std::size_t PARAMETER_BYTES(const Site&) {
        return 0;
    }
    template <class Set, class Kind>
    static constexpr std::size_t WORKSPACE_BYTES(const Site&) {
        return 0;
    }
    template <class Set, class Kind>
    static void RUN(const Site&, const Frame&) {}
};

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>, app::SameLayer, Classifier<Out<2>>> {
};

static_assert(arena_bytes<Net> > 0);
