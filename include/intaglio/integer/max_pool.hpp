// The integer program of max pools.
#pragma once

#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/model/max_pool.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::MaxPool> : NoMemory {
    template <class Tag, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::max_pool<Tag>(site.extents, input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

}  // namespace intaglio::integer
