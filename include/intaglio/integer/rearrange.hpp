// The integer programs of layers that move codes.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/rearrange.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::Subsample> : NoMemory, KeepsLayout {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::subsample<Set>(stored_shape<typename Kind::input>(site.extents.in), site.extents.stride_height,
                                site.extents.stride_width, input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

template <>
struct Operation<primitive::PadChannels> : NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const std::int32_t after = site.extents.out.channels - site.extents.in.channels - site.channels_before;
        kernels::pad_channels<Set>(site.extents.in, site.channels_before, after, 0, input<Kind>(site, frame),
                                   output<Kind>(site, frame));
    }
};

template <>
struct Operation<primitive::Upsample> : NoMemory, KeepsLayout {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const Shape in = stored_shape<typename Kind::input>(site.extents.in);
        kernels::upsample<Set>(in, site.extents.out.height / in.height, site.extents.out.width / in.width,
                               input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
