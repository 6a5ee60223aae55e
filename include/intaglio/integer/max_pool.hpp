// The integer program of max pools.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/model/max_pool.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::MaxPool> : NoMemory, KeepsLayout {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        ConvolutionExtents extents = site.extents;
        extents.in = stored_shape<typename Kind::input>(extents.in);
        kernels::max_pool<Set>(extents, input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
