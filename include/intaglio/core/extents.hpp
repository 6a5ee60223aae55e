// Extents of the loops that kernels run: plain numbers, known to the facts and to the kernels alike.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/array.hpp"

namespace intaglio {

/// Height, width and channels of one image (or 1 x 1 x features), stored row by row with channels innermost.
struct Shape {
    std::int32_t height = 1;
    std::int32_t width = 1;
    std::int32_t channels = 1;

    [[nodiscard]] constexpr std::int64_t pixels() const { return std::int64_t{height} * width; }
    [[nodiscard]] constexpr std::int64_t size() const { return pixels() * channels; }
    constexpr bool operator==(const Shape&) const = default;
};

/// Codes of a padding that differ between channels: channel c has code[c % count]. None if count is 0.
struct PaddingCodes {
    static constexpr std::int32_t capacity = 4;
    Array<std::int32_t, capacity> code{};
    std::int32_t count = 0;

    constexpr bool operator==(const PaddingCodes&) const = default;
};

/// One convolution. A dense layer is a convolution of a 1 x 1 image. Weights are stored as
/// [out_channels][kernel_height][kernel_width][in_channels / groups], images as [height][width][channels].
struct ConvolutionExtents {
    Shape in{};
    Shape out{};
    std::int32_t kernel_height = 1;
    std::int32_t kernel_width = 1;
    std::int32_t stride_height = 1;
    std::int32_t stride_width = 1;
    std::int32_t padding_height = 0;  ///< rows of padding codes above; below as many as windows reach over the image
    std::int32_t padding_width = 0;   ///< columns on the left; on the right likewise
    std::int32_t dilation = 1;
    std::int32_t groups = 1;
    std::int32_t padding_code = 0;  ///< what the positions of the padding hold
    PaddingCodes padding_codes{};   ///< what they hold instead, if there is any
    std::int32_t lowest_code = 0;   ///< of the image

    /// What the positions of the padding hold in a channel.
    [[nodiscard]] constexpr std::int32_t padding_code_of(std::int32_t channel) const {
        return padding_codes.count == 0 ? padding_code
                                        : padding_codes.code[static_cast<std::size_t>(channel % padding_codes.count)];
    }
    /// Rows below the image that the last windows reach.
    [[nodiscard]] constexpr std::int32_t padding_below() const {
        return beyond(in.height, out.height, kernel_height, stride_height, padding_height);
    }
    /// Columns on the right of the image that the last windows reach.
    [[nodiscard]] constexpr std::int32_t padding_right() const {
        return beyond(in.width, out.width, kernel_width, stride_width, padding_width);
    }
    /// Whether a window lies on the padding anywhere.
    [[nodiscard]] constexpr bool has_padding() const {
        return padding_height > 0 || padding_width > 0 || padding_below() > 0 || padding_right() > 0;
    }
    [[nodiscard]] constexpr std::int32_t channels_per_group() const { return in.channels / groups; }
    /// Number of weights of one output channel: K_{l-1} or C_in * kh * kw / groups.
    [[nodiscard]] constexpr std::int64_t fan_in() const {
        return std::int64_t{kernel_height} * kernel_width * channels_per_group();
    }
    [[nodiscard]] constexpr std::int64_t weights() const { return fan_in() * out.channels; }
    /// Multiply-accumulates of one image; taps on the padding are counted.
    [[nodiscard]] constexpr std::int64_t macs() const { return weights() * out.pixels(); }
    constexpr bool operator==(const ConvolutionExtents&) const = default;

  private:
    [[nodiscard]] constexpr std::int32_t beyond(std::int32_t size, std::int32_t positions, std::int32_t kernel,
                                                std::int32_t stride, std::int32_t before) const {
        const std::int64_t last = (std::int64_t{positions} - 1) * stride + dilation * (std::int64_t{kernel} - 1);
        const std::int64_t rest = last + 1 - before - size;
        return rest > 0 ? static_cast<std::int32_t>(rest) : 0;
    }
};

}  // namespace intaglio
