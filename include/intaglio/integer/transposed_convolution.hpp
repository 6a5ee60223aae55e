// The integer program of what stands before the product of a transposed convolution.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/model/transposed_convolution.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::InsertZeros> : NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const ConvolutionExtents& e = site.extents;
        kernels::insert_zeros<Set>(e.in, e.out, e.stride_height, e.stride_width, input<Kind>(site, frame),
                                   output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
