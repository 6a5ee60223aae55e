// Pooling by the largest code of each window, and its gradient (host only).
#pragma once

#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/kernels/padded_image.hpp"

namespace intaglio::kernels {
inline namespace INTAGLIO_INSTRUCTION_SET {

/// The taps of one window that lie inside the image: rows x columns pixels, counted row by row.
struct WindowInside {
    std::int64_t first;  ///< pixel of the first tap
    std::int64_t row_step;
    std::int64_t column_step;
    std::int32_t rows;
    std::int32_t columns;
};
[[nodiscard]] constexpr WindowInside window_inside(const ConvolutionExtents& e, std::int32_t y, std::int32_t x) {
    const std::int32_t top = y * e.stride_height - e.padding_height;
    const std::int32_t left = x * e.stride_width - e.padding_width;
    const ColumnRange rows = columns_inside(top, e.dilation, e.in.height, e.kernel_height);
    const ColumnRange columns = columns_inside(left, e.dilation, e.in.width, e.kernel_width);
    return {.first = std::int64_t{top + rows.begin * e.dilation} * e.in.width + left + columns.begin * e.dilation,
            .row_step = std::int64_t{e.in.width} * e.dilation,
            .column_step = e.dilation,
            .rows = rows.end - rows.begin,
            .columns = columns.end - columns.begin};
}

/// out[y][x][c] = the largest code under each window. in is [in.height][in.width][in.channels], out
/// [out.height][out.width][in.channels], of any integer type or of real numbers; they do not overlap. Positions outside
/// the image do not take part; each window has at least one inside. Groups and padding_code play no role.
template <class Tag, class Code>
[[gnu::hot]] void max_pool(const ConvolutionExtents& extents, const Code* in, Code* out) {
    const std::int32_t channels = extents.in.channels;
    for (std::int32_t y = 0; y < extents.out.height; ++y) {
        for (std::int32_t x = 0; x < extents.out.width; ++x, out += channels) {
            const WindowInside window = window_inside(extents, y, x);
            Code* __restrict const largest = out;
            copy_codes(in + window.first * channels, channels, largest);
            for (std::int32_t i = 0; i < window.rows; ++i) {
                for (std::int32_t j = i == 0 ? 1 : 0; j < window.columns; ++j) {
                    const std::int64_t pixel = window.first + i * window.row_step + j * window.column_step;
                    const Code* __restrict const codes = in + pixel * channels;
                    for (std::int32_t c = 0; c < channels; ++c) {
                        largest[c] = codes[c] > largest[c] ? codes[c] : largest[c];
                    }
                }
            }
        }
    }
}

/// The gradient of max_pool for one image: each window's gradient goes to the first of its largest codes, in the order
/// of the rows. dout is [out.height][out.width][in.channels]; din has the shape of in and is overwritten, or added to
/// if `add`.
template <class Code, class Real>
void max_pool_gradient(const ConvolutionExtents& extents, const Code* in, const Real* dout, bool add, Real* din) {
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
                        const std::int64_t pixel = window.first + i * window.row_step + j * window.column_step;
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

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::kernels
