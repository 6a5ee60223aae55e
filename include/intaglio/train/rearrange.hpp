// Training of layers that move codes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/kernels/rearrange_gradient.hpp"
#include "intaglio/model/rearrange.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/stateless.hpp"

namespace intaglio::train {

template <>
struct Operation<primitive::Subsample> : Stateless {
    template <class Net, std::size_t Index>
    static void forward(NoState&, Context& context) {
        constexpr const ConvolutionExtents& e = facts<Net>.rows[Index].extents;
        keep_scales<Net, Index>(context);
        each_image<Net, Index>(context, [&](const auto* in, auto* out) {
            kernels::subsample<simd::Native>(e.in, e.stride_height, e.stride_width, in, out);
        });
    }
    template <class Net, std::size_t Index>
    static void backward(NoState&, Context& context) {
        constexpr const ConvolutionExtents& e = facts<Net>.rows[Index].extents;
        each_gradient<Net, Index>(context, [&](std::int64_t, const float* dout, bool add, float* din) {
            kernels::subsample_gradient(e.in, e.stride_height, e.stride_width, dout, add, din);
        });
    }
};

template <>
struct Operation<primitive::PadChannels> : Stateless {
    /// Scales of the channels with those of the padding: any does for a 0, and those of the input may be all the same.
    template <class Net, std::size_t Index>
    struct State {
        explicit State(std::int64_t /*capacity*/) {
            constexpr const Value& out = facts<Net>.value(facts<Net>.rows[Index].output);
            if (out.scaled) scales.resize(static_cast<std::size_t>(out.shape.channels));
        }
        std::vector<double> scales;
    };

    template <class Net, std::size_t Index>
    static void forward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Shape& shape = facts<Net>.value(row.input).shape;
        constexpr auto before = static_cast<std::int32_t>(row.settings[0]);
        constexpr auto after = static_cast<std::int32_t>(row.settings[1]);
        if constexpr (facts<Net>.value(row.output).scaled) {
            const double* in = context.scales[row.input];
            for (std::int32_t c = 0; c < shape.channels + before + after; ++c) {
                const bool inside = c >= before && c < before + shape.channels;
                state.scales[static_cast<std::size_t>(c)] = in[inside ? c - before : 0];
            }
            context.scales[row.output] = state.scales.data();
        }
        each_image<Net, Index>(context, [&](const auto* in, auto* out) {
            kernels::pad_channels<simd::Native>(shape, before, after, 0, in, out);
        });
    }
    template <class Net, std::size_t Index>
    static void backward(State<Net, Index>&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Shape& shape = facts<Net>.value(row.input).shape;
        each_gradient<Net, Index>(context, [&](std::int64_t, const float* dout, bool add, float* din) {
            kernels::channel_range_gradient(shape.pixels(), facts<Net>.value(row.output).shape.channels,
                                            static_cast<std::int32_t>(row.settings[0]), shape.channels, dout, add, din);
        });
    }
};

template <>
struct Operation<primitive::Upsample> : Stateless {
    template <class Net, std::size_t Index>
    static void forward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        keep_scales<Net, Index>(context);
        each_image<Net, Index>(context, [&](const auto* in, auto* out) {
            kernels::upsample<simd::Native>(facts<Net>.value(row.input).shape,
                                            static_cast<std::int32_t>(row.settings[0]),
                                            static_cast<std::int32_t>(row.settings[1]), in, out);
        });
    }
    template <class Net, std::size_t Index>
    static void backward(NoState&, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        each_gradient<Net, Index>(context, [&](std::int64_t, const float* dout, bool add, float* din) {
            kernels::upsample_gradient(facts<Net>.value(row.input).shape, static_cast<std::int32_t>(row.settings[0]),
                                       static_cast<std::int32_t>(row.settings[1]), dout, add, din);
        });
    }
};

}  // namespace intaglio::train
