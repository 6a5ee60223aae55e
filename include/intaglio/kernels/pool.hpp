// Pooling by sums of codes: the divisor belongs to the step that follows.
#pragma once

#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The output shape of a pool without padding; the window fits the image.
[[nodiscard]] constexpr Shape pooled_shape(Shape in, std::int32_t window_height, std::int32_t window_width,
                                           std::int32_t stride_height, std::int32_t stride_width) {
    return {(in.height - window_height) / stride_height + 1, (in.width - window_width) / stride_width + 1, in.channels};
}

/// out[y][x][c] = sum of the codes of each window, without padding. Images are [height][width][channels]; out has
/// pooled_shape and does not overlap with in. Codes are of any integer type, or real numbers, which are added in the
/// order of the rows. The caller has proven that the sums fit Out.
// Hot, since GCC otherwise makes the copy that serves a cold caller small and slow.
template <class Set, class In, class Out>
[[gnu::hot]] void sum_pool(Shape in_shape, std::int32_t window_height, std::int32_t window_width,
                           std::int32_t stride_height, std::int32_t stride_width, const In* in, Out* out) {
    const Shape shape = pooled_shape(in_shape, window_height, window_width, stride_height, stride_width);
    const std::int32_t channels = in_shape.channels;
    for (std::int32_t y = 0; y < shape.height; ++y) {
        for (std::int32_t x = 0; x < shape.width; ++x) {
            Out* __restrict const sums = out + (std::int64_t{y} * shape.width + x) * channels;
            for (std::int32_t c = 0; c < channels; ++c) sums[c] = 0;
            for (std::int32_t i = 0; i < window_height; ++i) {
                for (std::int32_t j = 0; j < window_width; ++j) {
                    const std::int64_t row = std::int64_t{y} * stride_height + i;
                    const std::int64_t column = std::int64_t{x} * stride_width + j;
                    const In* __restrict const codes = in + (row * in_shape.width + column) * channels;
                    for (std::int32_t c = 0; c < channels; ++c) {
                        sums[c] = static_cast<Out>(sums[c] + static_cast<Out>(codes[c]));
                    }
                }
            }
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
