// The integer programs of layers that move codes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/rearrange.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::Subsample> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        kernels::subsample<Tag>(row.extents.in, row.extents.stride_height, row.extents.stride_width,
                                memory<Net, Tag, row.input>(frame), memory<Net, Tag, row.output>(frame));
    }
};

template <>
struct Operation<primitive::PadChannels> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        kernels::pad_channels<Tag>(facts<Net>.value(row.input).shape, static_cast<std::int32_t>(row.settings[0]),
                                   static_cast<std::int32_t>(row.settings[1]), 0, memory<Net, Tag, row.input>(frame),
                                   memory<Net, Tag, row.output>(frame));
    }
};

template <>
struct Operation<primitive::Upsample> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        kernels::upsample<Tag>(facts<Net>.value(row.input).shape, static_cast<std::int32_t>(row.settings[0]),
                               static_cast<std::int32_t>(row.settings[1]), memory<Net, Tag, row.input>(frame),
                               memory<Net, Tag, row.output>(frame));
    }
};

}  // namespace intaglio::integer
