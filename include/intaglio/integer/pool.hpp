// The integer program of sum pools and joins.
#pragma once

#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/join.hpp"
#include "intaglio/kernels/pool.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::SumPool> : NoMemory {
    template <class Tag, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const ConvolutionExtents& e = site.extents;
        kernels::sum_pool<Tag>(e.in, e.kernel_height, e.kernel_width, e.stride_height, e.stride_width,
                               input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

template <>
struct Operation<primitive::Add> : NoMemory {
    template <class Tag, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::add<Tag>(input<Kind>(site, frame), second_input<Kind>(site, frame), site.extents.out.size(),
                          output<Kind>(site, frame));
    }
};

}  // namespace intaglio::integer
