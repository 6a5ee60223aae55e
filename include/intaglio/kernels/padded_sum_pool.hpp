// Pooling by sums of codes with padding: the divisor belongs to the step that follows.
#pragma once

#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/inside_taps.hpp"
#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// What is multiplied with the sum over `count` taps: `multiple` / `count`, or 1 where the padding counts.
[[nodiscard]] constexpr std::int32_t tap_factor(std::int32_t multiple, std::int32_t count, bool counts_padding) {
    return counts_padding ? 1 : multiple / count;
}

/// out[y][x][c] = the sum of the codes of each window that lie in the image, times the factors of both directions.
/// Images are [height][width][channels] and do not overlap; codes are of any integer type, or real numbers. The caller
/// has proven that the results fit Out.
template <class In, class Out>
[[gnu::hot]] void padded_sum_pool(const ConvolutionExtents& e, std::int32_t row_multiple, std::int32_t column_multiple,
                                  bool counts_padding, const In* in, Out* out) {
    const std::int32_t channels = e.in.channels;
    const std::int64_t row = std::int64_t{e.in.width} * channels;
    for (std::int32_t y = 0; y < e.out.height; ++y) {
        const InsideTaps rows = inside_taps(y, e.stride_height, e.padding_height, e.kernel_height, e.in.height);
        for (std::int32_t x = 0; x < e.out.width; ++x, out += channels) {
            const InsideTaps columns = inside_taps(x, e.stride_width, e.padding_width, e.kernel_width, e.in.width);
            Out* __restrict const to = out;
            for (std::int32_t c = 0; c < channels; ++c) to[c] = 0;
            for (std::int32_t i = 0; i < rows.count; ++i) {
                const In* from = in + (rows.first + i) * row + std::int64_t{columns.first} * channels;
                for (std::int32_t j = 0; j < columns.count; ++j, from += channels) {
                    for (std::int32_t c = 0; c < channels; ++c) to[c] = static_cast<Out>(to[c] + from[c]);
                }
            }
            const std::int32_t factor = tap_factor(row_multiple, rows.count, counts_padding) *
                                        tap_factor(column_multiple, columns.count, counts_padding);
            if (factor == 1) continue;
            for (std::int32_t c = 0; c < channels; ++c) to[c] = static_cast<Out>(to[c] * static_cast<Out>(factor));
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
