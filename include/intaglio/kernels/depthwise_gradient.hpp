// host only: the weight gradient of a depthwise convolution; each lane of a vector is a channel.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/kernels/arithmetic.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::kernels {
inline namespace INTAGLIO_INSTRUCTION_SET {

/// Padded images of codes and the output gradient of one depthwise convolution; distances in elements.
template <class Real>
struct DepthwiseGradientGrid {
    const Real* codes;
    const Real* dout;
    std::int32_t images;
    std::ptrdiff_t codes_image;
    std::ptrdiff_t codes_row;  ///< between the windows of two output rows
    std::ptrdiff_t codes_pixel;
    std::ptrdiff_t codes_tap;  ///< between two columns of a window
};

/// dweights[channel][tap] += sum over the pixels of dout * codes, for `Taps` neighbouring columns of the window and the
/// first `count` lanes; fan_in is the distance of two channels.
template <class Tag, int Taps, class Real>
void depthwise_gradient_tile(const DepthwiseGradientGrid<Real>& grid, const Shape& out, Real* dweights,
                             std::int64_t fan_in, int count) {
    constexpr Tag tag{};
    constexpr int lanes = real_lanes(Tag{}, Real{});
    decltype(zero_real(tag, Real{})) sums[Taps];
    INTAGLIO_UNROLLED (t, Taps) {
        sums[t] = zero_real(tag, Real{});
    }
    const Real* dout = grid.dout;
    for (std::int32_t image = 0; image < grid.images; ++image) {
        for (std::int32_t y = 0; y < out.height; ++y) {
            const Real* codes = grid.codes + image * grid.codes_image + y * grid.codes_row;
            for (std::int32_t x = 0; x < out.width; ++x) {
                const auto gradient = count == lanes ? load_real(tag, dout) : load_first_real(tag, dout, count);
                INTAGLIO_UNROLLED (t, Taps) {
                    sums[t] = simd::multiply_add(tag, sums[t], load_real(tag, codes + t * grid.codes_tap), gradient);
                }
                codes += grid.codes_pixel;
                dout += out.channels;
            }
        }
    }
    INTAGLIO_UNROLLED (t, Taps) {
        Real values[lanes];
        store_real(tag, values, sums[t]);
        for (int lane = 0; lane < count; ++lane) dweights[lane * fan_in + t] += values[lane];
    }
}

/// The gradient of all weights from padded images; see weight_gradient. Codes are readable for one vector beyond their
/// last image.
template <class Tag, class Real>
void depthwise_gradient(const ConvolutionExtents& extents, const DepthwiseGradientGrid<Real>& images,
                        std::ptrdiff_t window_row, Real* dweights) {
    constexpr int lanes = real_lanes(Tag{}, Real{});
    const std::int64_t fan_in = extents.fan_in();
    DepthwiseGradientGrid<Real> grid = images;
    for (std::int32_t c = 0; c < extents.out.channels; c += lanes) {
        const int count = extents.out.channels - c < lanes ? extents.out.channels - c : lanes;
        grid.dout = images.dout + c;
        for (std::int32_t i = 0; i < extents.kernel_height; ++i) {
            Real* to = dweights + c * fan_in + std::int64_t{i} * extents.kernel_width;
            grid.codes = images.codes + c + i * window_row;
            std::int32_t left = extents.kernel_width;
            for (; left >= 3; left -= 3, to += 3, grid.codes += 3 * grid.codes_tap) {
                depthwise_gradient_tile<Tag, 3>(grid, extents.out, to, fan_in, count);
            }
            for (; left > 0; --left, ++to, grid.codes += grid.codes_tap) {
                depthwise_gradient_tile<Tag, 1>(grid, extents.out, to, fan_in, count);
            }
        }
    }
}

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::kernels
