// The integer programs of layers that move codes.
#pragma once

#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/rearrange.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::Subsample> : NoMemory {
    template <class Tag, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::subsample<Tag>(site.extents.in, site.extents.stride_height, site.extents.stride_width,
                                input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

template <>
struct Operation<primitive::PadChannels> : NoMemory {
    template <class Tag, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::pad_channels<Tag>(site.extents.in, site.settings[0], site.settings[1], 0, input<Kind>(site, frame),
                                   output<Kind>(site, frame));
    }
};

template <>
struct Operation<primitive::Upsample> : NoMemory {
    template <class Tag, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::upsample<Tag>(site.extents.in, site.settings[0], site.settings[1], input<Kind>(site, frame),
                               output<Kind>(site, frame));
    }
};

}  // namespace intaglio::integer
