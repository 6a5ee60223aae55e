// The integer program of branches side by side.
#pragma once

#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/concat.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::Concat> : NoMemory {
    template <class Tag, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const Shape& first = site.extents.in;
        kernels::concat_channels<Tag>(first.pixels(), first.channels, input<Kind>(site, frame), site.second.channels,
                                      second_input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

}  // namespace intaglio::integer
