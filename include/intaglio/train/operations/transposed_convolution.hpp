// Training of what stands before the product of a transposed convolution.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/kernels/training/rearrange_gradient.hpp"
#include "intaglio/model/transposed_convolution.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

template <>
struct Operation<primitive::InsertZeros> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        const ConvolutionExtents& e = site.row->extents;
        keep_scales(site, context);
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            kernels::insert_zeros<simd::Native>(e.in, e.out, e.stride_height, e.stride_width, in, out);
        });
    }
    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const ConvolutionExtents& e = site.row->extents;
        each_gradient(site, site.input, context, [&](std::int64_t, const Gradient* dout, bool add, Gradient* din) {
            kernels::insert_zeros_gradient(e.in, e.out, e.stride_height, e.stride_width, dout, add, din);
        });
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
