// The gradient of pooling by the largest code.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/max_pool.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The gradient of max_pool for one image: each window's gradient goes to the first of its largest codes, in the order
/// of the rows. dout is [out.height][out.width][in.channels]; din has the shape of in and is overwritten, or added to
/// if `add`.
template <class Code, class Float>
void max_pool_gradient(const ConvolutionExtents& extents, const Code* in, const Float* dout, bool add, Float* din) {
    constexpr std::int32_t block = 64;
    const std::int32_t channels = extents.in.channels;
    if (!add) fill_zero(din, extents.in.size());
    Code largest[block];
    std::int64_t where[block];
    for (std::int32_t y = 0; y < extents.out.height; ++y) {
        for (std::int32_t x = 0; x < extents.out.width; ++x, dout += channels) {
            const WindowInside window = window_inside(extents, y, x);
            for (std::int32_t first = 0; first < channels; first += block) {
                const std::int32_t count = channels - first < block ? channels - first : block;
                for (std::int32_t i = 0; i < window.rows; ++i) {
                    for (std::int32_t j = 0; j < window.columns; ++j) {
                        const std::int64_t pixel = window.first + i * window.row_stride + j * window.column_stride;
                        const std::int64_t start = pixel * channels + first;
                        for (std::int32_t c = 0; c < count; ++c) {
                            const bool larger = (i == 0 && j == 0) || in[start + c] > largest[c];
                            largest[c] = larger ? in[start + c] : largest[c];
                            where[c] = larger ? start + c : where[c];
                        }
                    }
                }
                for (std::int32_t c = 0; c < count; ++c) din[where[c]] += dout[first + c];
            }
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
