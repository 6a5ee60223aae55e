// The integer program of max pools.
#pragma once

#include <cstddef>

#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/model/max_pool.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::MaxPool> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        kernels::max_pool<Tag>(row.extents, memory<Net, Tag, row.input>(frame), memory<Net, Tag, row.output>(frame));
    }
};

}  // namespace intaglio::integer
