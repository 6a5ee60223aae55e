// The integer program of products of two branches.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/multiply.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::Multiply> : NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::multiply<Set>(site.extents.in, input<Kind>(site, frame), second_input<Kind>(site, frame),
                               site.second.pixels() == 1, output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
