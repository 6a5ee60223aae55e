// The integer program of sum pools and joins.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/join.hpp"
#include "intaglio/kernels/pool.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::SumPool> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const ConvolutionExtents& e = row.extents;
        kernels::sum_pool<Tag>(e.in, e.kernel_height, e.kernel_width, e.stride_height, e.stride_width,
                               memory<Net, Tag, row.input>(frame), memory<Net, Tag, row.output>(frame));
    }
};

template <>
struct Operation<primitive::Add> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        kernels::add<Tag>(memory<Net, Tag, row.input>(frame), memory<Net, Tag, row.second_input>(frame),
                          facts<Net>.value(row.output).shape.size(), memory<Net, Tag, row.output>(frame));
    }
};

}  // namespace intaglio::integer
