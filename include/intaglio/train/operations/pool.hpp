// Training of sum pools and additions.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/add.hpp"
#include "intaglio/kernels/pool.hpp"
#include "intaglio/kernels/training/rearrange_gradient.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

template <>
struct Operation<primitive::SumPool> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        const ConvolutionExtents& e = site.row->extents;
        keep_scales(site, context);
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            kernels::sum_pool<simd::Native>(e.in, e.kernel_height, e.kernel_width, e.stride_height, e.stride_width, in,
                                            out);
        });
    }

    /// The value is the mean of the window: each pixel receives an equal share.
    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        each_gradient(site, site.input, context, [&](std::int64_t, const Gradient* dout, bool add, Gradient* din) {
            spread(site.row->extents, dout, add, din);
        });
    }

  private:
    static void spread(const ConvolutionExtents& e, const Gradient* dout, bool add, Gradient* din) {
        const Gradient share = Gradient{1} / static_cast<Gradient>(e.kernel_height * e.kernel_width);
        const std::int64_t channels = e.in.channels;
        if (!add) kernels::fill_zero(din, e.in.size());
        for (std::int32_t y = 0; y < e.out.height; ++y) {
            for (std::int32_t x = 0; x < e.out.width; ++x, dout += channels) {
                for (std::int32_t i = 0; i < e.kernel_height; ++i) {
                    for (std::int32_t j = 0; j < e.kernel_width; ++j) {
                        const std::int64_t row = std::int64_t{y} * e.stride_height + i;
                        const std::int64_t column = std::int64_t{x} * e.stride_width + j;
                        Gradient* to = din + (row * e.in.width + column) * channels;
                        for (std::int64_t c = 0; c < channels; ++c) to[c] += dout[c] * share;
                    }
                }
            }
        }
    }
};

template <>
struct Operation<primitive::Add> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        each_pair<Kind>(site, context, [&](const auto* a, const auto* b, auto* out) {
            kernels::add<simd::Native>(a, b, site.output.size(), out);
        });
    }

    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const auto pass_on = [&](std::int64_t, const Gradient* dout, bool add, Gradient* din) {
            kernels::pass_gradient(dout, site.output.size(), add, din);
        };
        each_gradient(site, site.input, context, pass_on);
        each_gradient(site, site.second, context, pass_on);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
