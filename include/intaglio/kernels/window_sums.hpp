// Sums of the input codes under each window: what weights without a level at zero add to a product of codes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/kernels/padded_image.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Pixels of one row of the padded image that the windows touch.
[[nodiscard]] constexpr std::int32_t columns_under(const ConvolutionExtents& extents) {
    return (extents.out.width - 1) * extents.stride_width + extents.dilation * (extents.kernel_width - 1) + 1;
}

/// Bytes of workspace of add_window_sums for blocks of `rows` output rows; a multiple of 64.
[[nodiscard]] constexpr std::size_t window_sum_workspace_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
    const std::int64_t pixels = std::int64_t{rows_under(extents, rows)} * columns_under(extents) + extents.out.width;
    return memory_size(round_up(pixels * extents.groups * static_cast<std::int64_t>(sizeof(std::uint32_t)), 64));
}

/// sums[i] = the sum of the codes of chunk i, for `count` chunks of `length` codes each. All sums are modulo 2^32.
template <class Code>
void sum_chunks(const Code* codes, std::int64_t count, std::int32_t length, std::uint32_t* sums) {
    if (length == 1) {
        for (std::int64_t i = 0; i < count; ++i) sums[i] = static_cast<std::uint32_t>(codes[i]);
        return;
    }
    for (std::int64_t i = 0; i < count; ++i, codes += length) {
        std::uint32_t sum = 0;
        for (std::int32_t c = 0; c < length; ++c) sum += static_cast<std::uint32_t>(codes[c]);
        sums[i] = sum;
    }
}

/// The sums of each group's codes at `pixels` pixels of the padding.
inline void sum_padding(const ConvolutionExtents& extents, std::int64_t pixels, std::uint32_t* sums) {
    const std::int32_t channels = extents.channels_per_group();
    if (extents.padding_codes.count == 0) {
        fill(sums, pixels * extents.groups,
             static_cast<std::uint32_t>(extents.padding_code) * static_cast<std::uint32_t>(channels));
        return;
    }
    for (std::int64_t p = 0; p < pixels; ++p) {
        for (std::int32_t g = 0; g < extents.groups; ++g, ++sums) {
            *sums = 0;
            for (std::int32_t c = 0; c < channels; ++c) {
                *sums += static_cast<std::uint32_t>(extents.padding_code_of(g * channels + c));
            }
        }
    }
}

/// The sums of each group's codes at each pixel under `rows` output rows: sums [rows_under][columns_under][groups].
template <class Code>
void sum_pixels(const ConvolutionExtents& extents, const Code* image, std::int32_t first_row, std::int32_t rows,
                std::uint32_t* sums) {
    const std::int64_t groups = extents.groups;
    const std::int32_t channels = extents.channels_per_group();
    const std::int32_t width = columns_under(extents);
    const std::int32_t left = extents.padding_width < width ? extents.padding_width : width;
    const std::int32_t middle = extents.in.width < width - left ? extents.in.width : width - left;
    const std::int32_t top = first_row * extents.stride_height - extents.padding_height;
    const std::int32_t bottom = top + rows_under(extents, rows);
    for (std::int32_t y = top; y < bottom; ++y, sums += width * groups) {
        if (y < 0 || y >= extents.in.height) {
            sum_padding(extents, width, sums);
            continue;
        }
        sum_padding(extents, left, sums);
        sum_chunks(image + std::int64_t{y} * extents.in.width * extents.in.channels, middle * groups, channels,
                   sums + left * groups);
        sum_padding(extents, width - left - middle, sums + (left + middle) * groups);
    }
}

/// Turns the accumulators of weight codes into those of the weights spacing * code + offset (DoReFa: 2 * code + 1):
/// sums[y][x][o] = spacing * sums[y][x][o] + offset * (sum of the codes under the window, within the group of o), for
/// the output rows first_row ... first_row + rows - 1. `image` is [in.height][in.width][in.channels] of any integer
/// type; positions of the padding count as its codes. `sums` is [rows][out.width][out.channels], as multiply_rows
/// leaves it. `workspace` holds window_sum_workspace_bytes(extents, rows) and is aligned to 64 bytes. The results must
/// fit 32 bits; what lies between need not.
template <class Set, class Code>
void add_window_sums(const ConvolutionExtents& extents, const Code* image, std::int32_t first_row, std::int32_t rows,
                     std::int32_t spacing, std::int32_t offset, std::int32_t* sums, std::byte* workspace) {
    const std::int64_t groups = extents.groups;
    const std::int64_t outputs = extents.out.channels / groups;
    const std::int64_t row_sums = extents.out.width * groups;
    const std::int64_t pixel_row = columns_under(extents) * groups;
    auto* const pixels = reinterpret_cast<std::uint32_t*>(workspace);
    std::uint32_t* const windows = pixels + rows_under(extents, rows) * pixel_row;
    const auto factor = static_cast<std::uint32_t>(spacing);
    sum_pixels(extents, image, first_row, rows, pixels);
    for (std::int32_t y = 0; y < rows; ++y) {
        fill_zero(windows, row_sums);
        for (std::int32_t i = 0; i < extents.kernel_height; ++i) {
            for (std::int32_t j = 0; j < extents.kernel_width; ++j) {
                const std::int64_t row = std::int64_t{y} * extents.stride_height + i * extents.dilation;
                const std::uint32_t* from = pixels + row * pixel_row + j * extents.dilation * groups;
                if (extents.stride_width == 1) {
                    for (std::int64_t w = 0; w < row_sums; ++w) windows[w] += from[w];
                    continue;
                }
                for (std::int64_t w = 0; w < row_sums; w += groups, from += extents.stride_width * groups) {
                    for (std::int64_t g = 0; g < groups; ++g) windows[w + g] += from[g];
                }
            }
        }
        for (std::int64_t w = 0; w < row_sums; ++w) windows[w] *= static_cast<std::uint32_t>(offset);
        const auto update = [=](std::int32_t& sum, std::uint32_t window) {
            sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) * factor + window);
        };
        if (outputs == 1) {
            for (std::int64_t w = 0; w < row_sums; ++w) update(sums[w], windows[w]);
        } else {
            for (std::int64_t w = 0; w < row_sums; ++w) {
                for (std::int64_t o = 0; o < outputs; ++o) update(sums[w * outputs + o], windows[w]);
            }
        }
        sums += row_sums * outputs;
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
