// The integer program of products of two branches.
#pragma once

#include <cstddef>

#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/multiply.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::Multiply> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        kernels::multiply<Tag>(facts<Net>.value(row.input).shape, memory<Net, Tag, row.input>(frame),
                               memory<Net, Tag, row.second_input>(frame),
                               facts<Net>.value(row.second_input).shape.pixels() == 1,
                               memory<Net, Tag, row.output>(frame));
    }
};

}  // namespace intaglio::integer
