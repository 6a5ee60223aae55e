// The integer program of sum pools and additions.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/add.hpp"
#include "intaglio/kernels/pool.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::SumPool> : NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const ConvolutionExtents& e = site.extents;
        kernels::sum_pool<Set>(e.in, e.kernel_height, e.kernel_width, e.stride_height, e.stride_width,
                               input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

template <>
struct Operation<primitive::Add> : NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::add<Set>(input<Kind>(site, frame), second_input<Kind>(site, frame), site.extents.out.size(),
                          output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
