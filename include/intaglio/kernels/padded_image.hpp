// Copies of images in the form in which the product kernel reads them: padded, or one window per output pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Copies codes, converted if the types differ.
template <class From, class To>
void copy_codes(const From* from, std::int64_t count, To* to) {
    if constexpr (std::is_same_v<From, To>) {
        __builtin_memcpy(to, from, static_cast<std::size_t>(count) * sizeof(To));
    } else {
        for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<To>(from[i]);
    }
}

template <class To>
void fill(To* to, std::int64_t count, To value) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = value;
}
template <class To>
void fill_zero(To* to, std::int64_t count) {
    fill(to, count, To{});
}

/// Fills whole pixels with the codes of the padding.
template <class To>
void fill_padding(const ConvolutionExtents& extents, To* to, std::int64_t pixels) {
    const std::int64_t count = pixels * extents.in.channels;
    if (extents.padding_codes.count == 0) {
        fill(to, count, static_cast<To>(extents.padding_code));
        return;
    }
    for (std::int64_t i = 0; i < count; i += extents.in.channels) {
        for (std::int32_t c = 0; c < extents.in.channels; ++c) to[i + c] = static_cast<To>(extents.padding_code_of(c));
    }
}

/// Copies row y of the image with the padding code around it: `width` pixels from the first of the padding on.
template <class From, class To>
void copy_padded_row(const ConvolutionExtents& extents, std::int32_t width, const From* image, std::int32_t y, To* to) {
    const std::int64_t channels = extents.in.channels;
    if (y < 0 || y >= extents.in.height) {
        fill_padding(extents, to, width);
        return;
    }
    const std::int32_t left = extents.padding_width < width ? extents.padding_width : width;
    const std::int32_t middle = extents.in.width < width - left ? extents.in.width : width - left;
    fill_padding(extents, to, left);
    copy_codes(image + std::int64_t{y} * extents.in.width * channels, middle * channels, to + left * channels);
    fill_padding(extents, to + (left + middle) * channels, width - left - middle);
}

/// Copies the rows under `rows` output rows from `first_row` on, with the padding code around them, each row
/// plan.padded_width pixels wide.
template <class From, class To>
void copy_padded(const ConvolutionExtents& extents, const ConvolutionPlan& plan, const From* image,
                 std::int32_t first_row, std::int32_t rows, To* to) {
    const std::int32_t top = first_row * extents.stride_height - extents.padding_height;
    const std::int32_t bottom = top + rows_under(extents, rows);
    for (std::int32_t y = top; y < bottom; ++y, to += std::int64_t{plan.padded_width} * extents.in.channels) {
        copy_padded_row(extents, plan.padded_width, image, y, to);
    }
}

/// Fills the windows of `pixels` output pixels with the codes of the padding of one group; see copy_windows.
template <class To>
void fill_windows(const ConvolutionExtents& extents, std::int32_t first_channel, std::int64_t pitch,
                  std::int64_t pixels, To* to) {
    if (extents.padding_codes.count == 0) {
        fill(to, pitch * pixels, static_cast<To>(extents.padding_code));
        return;
    }
    const std::int32_t channels = extents.channels_per_group();
    for (std::int64_t p = 0; p < pixels; ++p, to += pitch) {
        std::int32_t c = 0;
        for (std::int64_t i = 0; i < pitch; ++i, c = c + 1 == channels ? 0 : c + 1) {
            to[i] = static_cast<To>(extents.padding_code_of(first_channel + c));
        }
    }
}

/// One range of output columns whose taps lie inside the image: x * stride + offset in [0, width).
struct ColumnRange {
    std::int32_t begin;
    std::int32_t end;
};
[[nodiscard]] constexpr ColumnRange columns_inside(std::int32_t offset, std::int32_t stride, std::int32_t width,
                                                   std::int32_t columns) {
    const std::int32_t begin = offset >= 0 ? 0 : (stride - 1 - offset) / stride;
    const std::int32_t end = width > offset ? (width - 1 - offset) / stride + 1 : 0;
    return {begin, end < columns ? end : columns};
}

/// Copies the window of each output pixel, the channels from `first_channel` on of one group, each followed by
/// padding codes up to `pitch` codes, which the product multiplies by zero.
template <class From, class To>
void copy_windows(const ConvolutionExtents& extents, const From* image, std::int32_t first_channel,
                  std::int32_t first_row, std::int32_t rows, std::int64_t pitch, To* to) {
    const std::int32_t channels = extents.channels_per_group();
    const std::int64_t pixel_stride = std::int64_t{extents.stride_width} * extents.in.channels;
    fill_windows(extents, first_channel, pitch, std::int64_t{rows} * extents.out.width, to);
    for (std::int32_t y = first_row; y < first_row + rows; ++y, to += pitch * extents.out.width) {
        for (std::int32_t i = 0; i < extents.kernel_height; ++i) {
            const std::int32_t from_y = y * extents.stride_height - extents.padding_height + i * extents.dilation;
            if (from_y < 0 || from_y >= extents.in.height) continue;
            for (std::int32_t j = 0; j < extents.kernel_width; ++j) {
                const std::int32_t offset = j * extents.dilation - extents.padding_width;
                const ColumnRange range =
                    columns_inside(offset, extents.stride_width, extents.in.width, extents.out.width);
                if (range.begin >= range.end) continue;
                const std::int64_t from_x = std::int64_t{range.begin} * extents.stride_width + offset;
                const From* from =
                    image + (std::int64_t{from_y} * extents.in.width + from_x) * extents.in.channels + first_channel;
                To* tap = to + range.begin * pitch + std::int64_t{i * extents.kernel_width + j} * channels;
                const std::int32_t count = range.end - range.begin;
                if (channels < 8) {
                    // The long loop inside: along the row, one channel at a time.
                    for (std::int32_t c = 0; c < channels; ++c) {
                        for (std::int32_t x = 0; x < count; ++x) {
                            tap[x * pitch + c] = static_cast<To>(from[x * pixel_stride + c]);
                        }
                    }
                } else {
                    for (std::int32_t x = 0; x < count; ++x) {
                        copy_codes(from + x * pixel_stride, channels, tap + x * pitch);
                    }
                }
            }
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
