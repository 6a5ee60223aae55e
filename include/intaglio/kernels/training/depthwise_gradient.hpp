// The weight gradient of a depthwise convolution; each lane of a vector is a channel.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/arithmetic.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Padded images of codes and the output gradient of one depthwise convolution; distances in elements.
template <class Float>
struct DepthwiseGradientGrid {
    const Float* codes;
    const Float* dout;
    std::int32_t images;
    std::ptrdiff_t codes_image;
    std::ptrdiff_t codes_row;  ///< between the windows of two output rows
    std::ptrdiff_t codes_pixel;
    std::ptrdiff_t codes_tap;  ///< between two columns of a window
};

/// dweights[channel][tap] += sum over the pixels of dout * codes, for `Taps` neighbouring columns of the window and the
/// first `count` lanes; fan_in is the distance of two channels.
template <class Set, int Taps, class Float>
void depthwise_gradient_tile(const DepthwiseGradientGrid<Float>& grid, const Shape& out, Float* dweights,
                             std::int64_t fan_in, int count) {
    constexpr Set set{};
    constexpr int lanes = vector_lanes(Set{}, Float{});
    decltype(zero_float(set, Float{})) sums[Taps];
    INTAGLIO_UNROLLED (t, Taps) {
        sums[t] = zero_float(set, Float{});
    }
    const Float* dout = grid.dout;
    for (std::int32_t image = 0; image < grid.images; ++image) {
        for (std::int32_t y = 0; y < out.height; ++y) {
            const Float* codes = grid.codes + image * grid.codes_image + y * grid.codes_row;
            for (std::int32_t x = 0; x < out.width; ++x) {
                const auto gradient = count == lanes ? load_float(set, dout) : load_first_float(set, dout, count);
                INTAGLIO_UNROLLED (t, Taps) {
                    sums[t] = multiply_add_real(set, sums[t], load_float(set, codes + t * grid.codes_tap), gradient);
                }
                codes += grid.codes_pixel;
                dout += out.channels;
            }
        }
    }
    INTAGLIO_UNROLLED (t, Taps) {
        Float values[lanes];
        store_float(set, values, sums[t]);
        for (int lane = 0; lane < count; ++lane) dweights[lane * fan_in + t] += values[lane];
    }
}

/// The gradient of all weights from padded images; see weight_gradient. Codes are readable for one vector beyond their
/// last image.
template <class Set, class Float>
void depthwise_gradient(const ConvolutionExtents& extents, const DepthwiseGradientGrid<Float>& images,
                        std::ptrdiff_t window_row, Float* dweights) {
    constexpr int lanes = vector_lanes(Set{}, Float{});
    const std::int64_t fan_in = extents.fan_in();
    DepthwiseGradientGrid<Float> grid = images;
    for (std::int32_t c = 0; c < extents.out.channels; c += lanes) {
        const int count = extents.out.channels - c < lanes ? extents.out.channels - c : lanes;
        grid.dout = images.dout + c;
        for (std::int32_t i = 0; i < extents.kernel_height; ++i) {
            Float* to = dweights + c * fan_in + std::int64_t{i} * extents.kernel_width;
            grid.codes = images.codes + c + i * window_row;
            std::int32_t left = extents.kernel_width;
            for (; left >= 3; left -= 3, to += 3, grid.codes += 3 * grid.codes_tap) {
                depthwise_gradient_tile<Set, 3>(grid, extents.out, to, fan_in, count);
            }
            for (; left > 0; --left, ++to, grid.codes += grid.codes_tap) {
                depthwise_gradient_tile<Set, 1>(grid, extents.out, to, fan_in, count);
            }
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
