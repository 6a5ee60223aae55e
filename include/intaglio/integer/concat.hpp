// The integer program of branches side by side.
#pragma once

#include <cstddef>

#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/concat.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::Concat> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Shape& first = facts<Net>.value(row.input).shape;
        kernels::concat_channels<Tag>(first.pixels(), first.channels, memory<Net, Tag, row.input>(frame),
                                      facts<Net>.value(row.second_input).shape.channels,
                                      memory<Net, Tag, row.second_input>(frame), memory<Net, Tag, row.output>(frame));
    }
};

}  // namespace intaglio::integer
