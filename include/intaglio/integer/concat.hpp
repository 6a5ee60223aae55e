// The integer program of branches side by side.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/concat.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::Concat> : NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const Shape& first = site.extents.in;
        kernels::concat_channels<Set>(first.pixels(), first.channels, input<Kind>(site, frame), site.second.channels,
                                      second_input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
