// Copies of images in the form in which the product kernel reads them: zero-padded, or one window per output pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/kernels/convolution_plan.hpp"

namespace intaglio::kernels {
inline namespace INTAGLIO_INSTRUCTION_SET {

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
void fill_zero(To* to, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = To{};
}

/// Copies the rows under `rows` output rows from `first_row` on, with zeros as padding, each row plan.padded_width
/// pixels wide.
template <class From, class To>
void copy_padded(const ConvolutionExtents& extents, const ConvolutionPlan& plan, const From* image,
                 std::int32_t first_row, std::int32_t rows, To* to) {
    const std::int64_t channels = extents.in.channels;
    const std::int32_t width = plan.padded_width;
    const std::int32_t left = extents.padding_width < width ? extents.padding_width : width;
    const std::int32_t middle = extents.in.width < width - left ? extents.in.width : width - left;
    const std::int32_t right = width - left - middle;
    const std::int32_t top = first_row * extents.stride_height - extents.padding_height;
    const std::int32_t bottom = top + rows_under(extents, rows);
    for (std::int32_t y = top; y < bottom; ++y) {
        if (y < 0 || y >= extents.in.height) {
            fill_zero(to, width * channels);
        } else {
            fill_zero(to, left * channels);
            copy_codes(image + std::int64_t{y} * extents.in.width * channels, middle * channels, to + left * channels);
            fill_zero(to + (left + middle) * channels, right * channels);
        }
        to += width * channels;
    }
}

/// Copies the window of each output pixel, the channels from `first_channel` on of one group, each followed by zeros up
/// to `pitch` codes.
template <class From, class To>
void copy_windows(const ConvolutionExtents& extents, const From* image, std::int32_t first_channel,
                  std::int32_t first_row, std::int32_t rows, std::int64_t pitch, To* to) {
    const std::int32_t channels = extents.channels_per_group();
    for (std::int32_t y = first_row; y < first_row + rows; ++y) {
        for (std::int32_t x = 0; x < extents.out.width; ++x) {
            To* window = to;
            for (std::int32_t i = 0; i < extents.kernel_height; ++i) {
                const std::int32_t from_y = y * extents.stride_height - extents.padding_height + i * extents.dilation;
                for (std::int32_t j = 0; j < extents.kernel_width; ++j) {
                    const std::int32_t from_x = x * extents.stride_width - extents.padding_width + j * extents.dilation;
                    const bool inside =
                        from_y >= 0 && from_y < extents.in.height && from_x >= 0 && from_x < extents.in.width;
                    if (inside) {
                        const std::int64_t pixel = std::int64_t{from_y} * extents.in.width + from_x;
                        copy_codes(image + pixel * extents.in.channels + first_channel, channels, window);
                    } else {
                        fill_zero(window, channels);
                    }
                    window += channels;
                }
            }
            to += pitch;
            fill_zero(window, to - window);
        }
    }
}

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::kernels
