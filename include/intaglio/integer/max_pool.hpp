// The integer program of max pools.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/model/max_pool.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::MaxPool> : NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::max_pool<Set>(site.extents, input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
