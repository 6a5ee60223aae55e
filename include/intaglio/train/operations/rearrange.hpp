// Training of layers that move codes.
#pragma once

#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/kernels/training/rearrange_gradient.hpp"
#include "intaglio/model/rearrange.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

template <>
struct Operation<primitive::Subsample> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        const ConvolutionExtents& e = site.row->extents;
        keep_scales(site, context);
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            kernels::subsample<simd::Native>(e.in, e.stride_height, e.stride_width, in, out);
        });
    }
    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const ConvolutionExtents& e = site.row->extents;
        each_gradient(site, site.input, context, [&](std::int64_t, const Gradient* dout, bool add, Gradient* din) {
            kernels::subsample_gradient(e.in, e.stride_height, e.stride_width, dout, add, din);
        });
    }
};

/// Scales of the channels with those of the padding: any does for a 0, and those of the input may be all the same.
struct PaddedScales {
    [[gnu::cold]] PaddedScales(const Site& site, std::int64_t /*capacity*/)
        : scales(site.output.value->scaled ? static_cast<std::size_t>(site.channels()) : 0) {}
    std::vector<double> scales;
};

template <>
struct Operation<primitive::PadChannels> : Stateless {
    template <class Kind>
    using State = PaddedScales;

    template <class Kind>
    static void forward(PaddedScales& state, const Site& site, Context& context) {
        const Shape shape = site.input.shape();
        const std::int32_t before = site.row->channels_before;
        const std::int32_t after = site.channels() - shape.channels - before;
        if (site.output.value->scaled) {
            pad_scales(site, context.scales[site.input.index], state.scales);
            context.scales[site.output.index] = state.scales.data();
        }
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            kernels::pad_channels<simd::Native>(shape, before, after, 0, in, out);
        });
    }
    template <class Kind>
    static void backward(PaddedScales&, const Site& site, Context& context) {
        const Shape shape = site.input.shape();
        const std::int32_t before = site.row->channels_before;
        each_gradient(site, site.input, context, [&](std::int64_t, const Gradient* dout, bool add, Gradient* din) {
            kernels::channel_range_gradient(shape.pixels(), site.channels(), before, shape.channels, dout, add, din);
        });
    }
    template <class Kind>
    [[gnu::cold]] static void lower(const PaddedScales&, const Site& site, Lowering& lowering, RowNumbers&) {
        if (!site.output.value->scaled) return;
        const double* in = lowering.context.scales[site.input.index];
        pad_scales(site, in, lowering.own_scales(site, static_cast<std::size_t>(site.channels())));
    }

  private:
    static void pad_scales(const Site& site, const double* in, std::vector<double>& scales) {
        const std::int32_t before = site.row->channels_before;
        const std::int32_t channels = site.input.shape().channels;
        for (std::int32_t c = 0; c < site.channels(); ++c) {
            const bool inside = c >= before && c < before + channels;
            scales[static_cast<std::size_t>(c)] = in[inside ? c - before : 0];
        }
    }
};

template <>
struct Operation<primitive::Upsample> : Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        const Factors by = factors(site);
        keep_scales(site, context);
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            kernels::upsample<simd::Native>(site.input.shape(), by.height, by.width, in, out);
        });
    }
    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const Factors by = factors(site);
        each_gradient(site, site.input, context, [&](std::int64_t, const Gradient* dout, bool add, Gradient* din) {
            kernels::upsample_gradient(site.input.shape(), by.height, by.width, dout, add, din);
        });
    }

  private:
    struct Factors {
        std::int32_t height;
        std::int32_t width;
    };
    static Factors factors(const Site& site) {
        const Shape in = site.input.shape();
        const Shape out = site.output.shape();
        return {out.height / in.height, out.width / in.width};
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
