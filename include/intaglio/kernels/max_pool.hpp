// Pooling by the largest code of each window.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/bit_words.hpp"
#include "intaglio/kernels/padded_image.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The taps of one window that lie inside the image: rows x columns pixels, counted row by row.
struct WindowInside {
    std::int64_t first;  ///< pixel of the first tap
    std::int64_t row_stride;
    std::int64_t column_stride;
    std::int32_t rows;
    std::int32_t columns;
};
[[nodiscard]] constexpr WindowInside window_inside(const ConvolutionExtents& e, std::int32_t y, std::int32_t x) {
    const std::int32_t top = y * e.stride_height - e.padding_height;
    const std::int32_t left = x * e.stride_width - e.padding_width;
    const ColumnRange rows = columns_inside(top, e.dilation, e.in.height, e.kernel_height);
    const ColumnRange columns = columns_inside(left, e.dilation, e.in.width, e.kernel_width);
    return {.first = std::int64_t{top + rows.begin * e.dilation} * e.in.width + left + columns.begin * e.dilation,
            .row_stride = std::int64_t{e.in.width} * e.dilation,
            .column_stride = e.dilation,
            .rows = rows.end - rows.begin,
            .columns = columns.end - columns.begin};
}

/// out[y][x][c] = the largest code under each window. in is [in.height][in.width][in.channels], out
/// [out.height][out.width][in.channels], of any integer type or of real numbers; they do not overlap. Positions outside
/// the image do not take part; each window has at least one inside. Groups and padding_code play no role. Of codes in
/// words of bits, whose words are the channels of the extents, the largest are those of which one bit is 1.
template <class Set, class Code>
[[gnu::hot]] void max_pool(const ConvolutionExtents& extents, const Code* in, Code* out) {
    const std::int32_t channels = extents.in.channels;
    for (std::int32_t y = 0; y < extents.out.height; ++y) {
        for (std::int32_t x = 0; x < extents.out.width; ++x, out += channels) {
            const WindowInside window = window_inside(extents, y, x);
            Code* __restrict const largest = out;
            copy_codes(in + window.first * channels, channels, largest);
            for (std::int32_t i = 0; i < window.rows; ++i) {
                for (std::int32_t j = i == 0 ? 1 : 0; j < window.columns; ++j) {
                    const std::int64_t pixel = window.first + i * window.row_stride + j * window.column_stride;
                    const Code* __restrict const codes = in + pixel * channels;
                    for (std::int32_t c = 0; c < channels; ++c) {
                        if constexpr (std::is_same_v<Code, BitWord>) {
                            largest[c] |= codes[c];
                        } else {
                            largest[c] = codes[c] > largest[c] ? codes[c] : largest[c];
                        }
                    }
                }
            }
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
