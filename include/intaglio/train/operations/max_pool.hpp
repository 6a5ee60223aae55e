// Training of max pools.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/kernels/training/max_pool_gradient.hpp"
#include "intaglio/model/max_pool.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

template <>
struct Operation<primitive::MaxPool> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        keep_scales(site, context);
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            kernels::max_pool<simd::Native>(site.row->extents, in, out);
        });
    }

    /// Each window's gradient goes to the first of its largest codes.
    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const ConvolutionExtents& extents = site.row->extents;
        const auto* in = codes<typename Kind::input>(context, site.input);
        each_gradient(site, site.input, context,
                      [&](std::int64_t image, const Gradient* dout, bool add, Gradient* din) {
                          kernels::max_pool_gradient(extents, in + image * extents.in.size(), dout, add, din);
                      });
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
