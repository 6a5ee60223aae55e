// The integer program of branches side by side.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/concat.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::Concat> : NoMemory {
    /// Planes, if the branches have the same states.
    template <class Set, class Net>
    static constexpr Layouts layouts(const FactsView&, const Row&) {
        return {.keeps = true, .keeps_second = true};
    }
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const Shape& first = site.extents.in;
        const auto* a = input<Kind>(site, frame);
        const auto* b = second_input<Kind>(site, frame);
        auto* out = output<Kind>(site, frame);
        constexpr int planes = kernels::planes_of<typename Kind::output>;
        if constexpr (planes > 0) {
            kernels::concat_planes<Set, planes>(first.pixels(), first.channels, kernels::words_in(a),
                                                site.second.channels, kernels::words_in(b), kernels::words_in(out));
        } else {
            kernels::concat_channels<Set>(first.pixels(), first.channels, a, site.second.channels, b, out);
        }
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
