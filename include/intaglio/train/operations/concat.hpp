// Training of branches side by side.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/kernels/training/rearrange_gradient.hpp"
#include "intaglio/model/concat.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

template <>
struct Operation<primitive::Concat> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        const Shape first = site.input.shape();
        const std::int32_t second = site.second.shape().channels;
        each_pair<Kind>(site, context, [&](const auto* a, const auto* b, auto* out) {
            kernels::concat_channels<simd::Native>(first.pixels(), first.channels, a, second, b, out);
        });
    }

    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const Shape first = site.input.shape();
        const std::int32_t second = site.second.shape().channels;
        const std::int32_t all = first.channels + second;
        each_gradient(site, site.input, context, [&](std::int64_t, const Gradient* dout, bool add, Gradient* din) {
            kernels::channel_range_gradient(first.pixels(), all, 0, first.channels, dout, add, din);
        });
        each_gradient(site, site.second, context, [&](std::int64_t, const Gradient* dout, bool add, Gradient* din) {
            kernels::channel_range_gradient(first.pixels(), all, first.channels, second, dout, add, din);
        });
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
