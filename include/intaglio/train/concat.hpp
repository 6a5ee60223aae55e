// Training of branches side by side.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/kernels/rearrange_gradient.hpp"
#include "intaglio/model/concat.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/stateless.hpp"

namespace intaglio::train {

template <>
struct Operation<primitive::Concat> : Stateless {
    template <class Net, std::size_t Index>
    static void forward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Shape& first = facts<Net>.value(row.input).shape;
        each_pair<Net, Index>(context, [&](const auto* a, const auto* b, auto* out) {
            kernels::concat_channels<simd::Native>(first.pixels(), first.channels, a,
                                                   facts<Net>.value(row.second_input).shape.channels, b, out);
        });
    }

    template <class Net, std::size_t Index>
    static void backward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Shape& first = facts<Net>.value(row.input).shape;
        constexpr std::int32_t second = facts<Net>.value(row.second_input).shape.channels;
        constexpr std::int32_t all = first.channels + second;
        each_gradient<Net, Index>(context, [&](std::int64_t, const float* dout, bool add, float* din) {
            kernels::channel_range_gradient(first.pixels(), all, 0, first.channels, dout, add, din);
        });
        each_gradient<Net, Index, Reads::second_input>(
            context, [&](std::int64_t, const float* dout, bool add, float* din) {
                kernels::channel_range_gradient(first.pixels(), all, first.channels, second, dout, add, din);
            });
    }
};

}  // namespace intaglio::train
