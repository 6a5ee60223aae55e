// Gradient of a convolution with respect to its input.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/training/float_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The same product with an image of one pixel where the window is the whole image: a dense layer after an image.
/// Without a padding code: what the gradient is of the padding is dropped.
[[nodiscard]] constexpr ConvolutionExtents as_dense(const ConvolutionExtents& extents) {
    const bool whole = extents.kernel_height == extents.in.height && extents.kernel_width == extents.in.width &&
                       !extents.has_padding() && extents.dilation == 1 && extents.groups == 1;
    if (!whole) {
        ConvolutionExtents same = extents;
        same.padding_code = 0;
        same.padding_codes = {};
        return same;
    }
    return {.in = {1, 1, static_cast<std::int32_t>(extents.in.size())}, .out = {1, 1, extents.out.channels}};
}

/// The convolution that maps the spread-out output gradient to the input gradient: the same window, flipped, over
/// the output channels. Its image has the stride's zeros and the padding already inside.
[[nodiscard]] constexpr ConvolutionExtents transposed_extents(const ConvolutionExtents& given) {
    const ConvolutionExtents extents = as_dense(given);
    ConvolutionExtents transposed;
    transposed.in = {extents.in.height + extents.dilation * (extents.kernel_height - 1),
                     extents.in.width + extents.dilation * (extents.kernel_width - 1), extents.out.channels};
    transposed.out = extents.in;
    transposed.kernel_height = extents.kernel_height;
    transposed.kernel_width = extents.kernel_width;
    transposed.dilation = extents.dilation;
    transposed.groups = extents.groups;
    return transposed;
}

/// True if the output gradient needs no zeros anywhere.
[[nodiscard]] constexpr bool is_spread(const ConvolutionExtents& given) {
    const ConvolutionExtents extents = as_dense(given);
    return transposed_extents(extents).in == extents.out && extents.stride_height == 1 && extents.stride_width == 1 &&
           extents.padding_height == extents.dilation * (extents.kernel_height - 1) &&
           extents.padding_width == extents.dilation * (extents.kernel_width - 1);
}

/// Writes the output gradient of one image with the zeros of stride and padding between and around it.
template <class Float>
void spread_gradient(const ConvolutionExtents& given, const Float* dout, Float* to) {
    const ConvolutionExtents extents = as_dense(given);
    const Shape shape = transposed_extents(extents).in;
    const std::int32_t channels = shape.channels;
    const std::int32_t top = extents.dilation * (extents.kernel_height - 1) - extents.padding_height;
    const std::int32_t left = extents.dilation * (extents.kernel_width - 1) - extents.padding_width;
    fill_zero(to, shape.size());
    for (std::int32_t y = 0; y < extents.out.height; ++y) {
        const std::int32_t row = top + y * extents.stride_height;
        if (row < 0 || row >= shape.height) continue;
        const Float* from = dout + std::int64_t{y} * extents.out.width * channels;
        const ColumnRange inside = columns_inside(left, extents.stride_width, shape.width, extents.out.width);
        if (inside.begin >= inside.end) continue;
        from += std::int64_t{inside.begin} * channels;
        const std::int32_t first = left + inside.begin * extents.stride_width;
        Float* at = to + (std::int64_t{row} * shape.width + first) * channels;
        const std::int32_t columns = inside.end - inside.begin;
        if (extents.stride_width == 1) {
            copy_codes(from, std::int64_t{columns} * channels, at);
        } else {
            for (std::int32_t x = 0; x < columns; ++x) {
                copy_codes(from, channels, at);
                from += channels;
                at += std::int64_t{extents.stride_width} * channels;
            }
        }
    }
}

/// Bytes that pack_transposed writes; a multiple of 64.
template <class Set, class Float>
[[nodiscard]] constexpr std::size_t packed_transposed_bytes(const ConvolutionExtents& extents) {
    return packed_bytes<FloatArithmetic<Set, Float>>(transposed_extents(extents));
}

/// Packs canonical real weights [out][kernel_height][kernel_width][in / groups] for input_gradient.
template <class Set, class Float, class Weight>
void pack_transposed(const ConvolutionExtents& given, const Weight* weights, std::byte* packed) {
    const ConvolutionExtents extents = as_dense(given);
    using Arithmetic = FloatArithmetic<Set, Float>;
    const ConvolutionExtents transposed = transposed_extents(extents);
    auto* const to = reinterpret_cast<Float*>(packed);
    fill_zero(to, static_cast<std::int64_t>(packed_transposed_bytes<Set, Float>(extents) / sizeof(Float)));

    const std::int32_t in_channels = extents.channels_per_group();
    const std::int32_t out_channels = transposed.channels_per_group();
    const std::int64_t fan_in = extents.fan_in();
    std::int64_t tap = 0;  // of the window, counted from its end
    std::int32_t out_channel = 0;
    const auto visit = [&](std::int64_t index, std::int32_t in_channel, std::int64_t within) {
        if (within == 0) {
            tap = std::int64_t{extents.kernel_height} * extents.kernel_width - 1;
            out_channel = 0;
        }
        const std::int32_t group = in_channel / in_channels;
        const std::int64_t output = std::int64_t{group} * out_channels + out_channel;
        to[index] = weights[output * fan_in + tap * in_channels + in_channel % in_channels];
        if (++out_channel == out_channels) {
            out_channel = 0;
            --tap;
        }
    };
    for_each_packed_weight<Arithmetic>(transposed, visit);
}

/// Elements of one spread image in the workspace; zero if the gradient itself can be read.
[[nodiscard]] constexpr std::int64_t spread_size(const ConvolutionExtents& extents) {
    return is_spread(extents) ? 0 : transposed_extents(extents).in.size();
}

/// Bytes of workspace of input_gradient; a multiple of 64, possibly zero.
template <class Set, class Float>
[[nodiscard]] [[gnu::cold]] constexpr std::size_t input_gradient_workspace_bytes(const ConvolutionExtents& extents) {
    const ConvolutionExtents transposed = transposed_extents(extents);
    const std::int64_t images = images_per_block(transposed.out, 64);
    const std::int64_t spread = round_up(spread_size(extents) * images, 64);
    const std::int64_t copied =
        copied_codes<FloatArithmetic<Set, Float>, Float>(transposed, transposed.out.height) * images;
    return memory_size(round_up((spread + copied) * static_cast<std::int64_t>(sizeof(Float)), 64));
}

/// din = full correlation of dout with the packed weights, for `images` consecutive images. dout is
/// [images][out.height][out.width][out.channels], din [images][in.height][in.width][in.channels] and overwritten.
/// `packed` comes from pack_transposed; `workspace` holds input_gradient_workspace_bytes, aligned to 64 bytes.
/// Several images in one call run faster where images have fewer than 64 pixels. G is grouping_of(extents), if known.
template <class Set, class Float, Grouping G = Grouping::any>
void input_gradient(const ConvolutionExtents& extents, const Float* dout, const std::byte* packed, Float* din,
                    std::byte* workspace, std::int64_t images = 1) {
    const ConvolutionExtents transposed = transposed_extents(extents);
    const std::int64_t spread = spread_size(extents);
    const std::int64_t block = images_per_block(transposed.out, 64);
    auto* const buffer = reinterpret_cast<Float*>(workspace);
    Float* const copy = buffer + round_up(spread * block, 64);
    for (std::int64_t first = 0; first < images; first += block) {
        const auto count = static_cast<std::int32_t>(images - first < block ? images - first : block);
        const Float* from = dout + first * extents.out.size();
        if (spread != 0) {
            for (std::int32_t i = 0; i < count; ++i) {
                spread_gradient(extents, from + i * extents.out.size(), buffer + i * spread);
            }
            from = buffer;
        }
        convolve_block<FloatArithmetic<Set, Float>, G>(transposed, from, count, 0, transposed.out.height,
                                                       reinterpret_cast<const Float*>(packed),
                                                       din + first * extents.in.size(), copy);
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
