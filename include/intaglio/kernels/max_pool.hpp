// Pooling by the largest code of each window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/kernels/planes.hpp"
#include "intaglio/kernels/pool_taps.hpp"
#include "intaglio/simd/lanes.hpp"

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

/// The output columns whose windows lie inside the image from left to right.
[[nodiscard]] constexpr ColumnRange columns_of_whole_windows(const ConvolutionExtents& e) {
    const std::int32_t last = e.in.width - 1 - e.dilation * (e.kernel_width - 1) + e.padding_width;
    const std::int32_t begin = (e.padding_width + e.stride_width - 1) / e.stride_width;
    const std::int32_t end = last < 0 ? 0 : last / e.stride_width + 1;
    return {begin, end < e.out.width ? end : e.out.width};
}

/// The larger code in each lane; of words of bits, the larger bits.
template <class Code, class Vector>
[[nodiscard]] INTAGLIO_INLINE Vector larger(Vector a, Vector b) {
    if constexpr (std::is_same_v<Code, BitWord>) {
        return a | b;
    } else {
        return b > a ? b : a;
    }
}

/// The largest code of one window, in `Count` channels.
template <int Count, class Taps, class Code>
INTAGLIO_INLINE void largest_of_window(const Code* codes, const Taps& taps, Code* out) {
    auto largest = simd::load_lanes<Count>(codes);
    taps.visit(
        codes, [&](const Code* tap)
                   __attribute__((always_inline)) { largest = larger<Code>(largest, simd::load_lanes<Count>(tap)); });
    simd::store_lanes(out, largest);
}

/// largest = the larger of both states in each channel.
template <int Planes>
void take_larger(PlaneWords<Planes>& largest, const PlaneWords<Planes>& word) {
    BitWord larger = 0;  // where the word is; the highest plane in which they differ decides
    for (int p = 0; p < Planes; ++p) {
        const BitWord differs = largest.plane[p] ^ word.plane[p];
        larger = (word.plane[p] & differs) | (larger & ~differs);
    }
    for (int p = 0; p < Planes; ++p) largest.plane[p] ^= (largest.plane[p] ^ word.plane[p]) & larger;
}

/// out[y][x][c] = the largest code under each window. in is [in.height][in.width][in.channels], out
/// [out.height][out.width][in.channels], of any integer type or of real numbers; they do not overlap. Positions outside
/// the image do not take part; each window has at least one inside. Groups and padding_code play no role. Of codes in
/// planes the elements are the channels of the extents.
template <class Set, class Code>
[[gnu::hot]] void max_pool(const ConvolutionExtents& extents, const Code* in, Code* out) {
    const std::int32_t channels = extents.in.channels;
    const std::ptrdiff_t row = std::ptrdiff_t{extents.in.width} * extents.dilation * channels;
    const std::ptrdiff_t column = std::ptrdiff_t{extents.dilation} * channels;
    const auto pool = [&](const Code* window, const auto& taps) {
        simd::cover_twice<Code, simd::code_lanes<Set, Code>>(channels, [&](auto count, std::int32_t c) {
            largest_of_window<decltype(count)::value>(window + c, taps, out + c);
        });
    };
    const ColumnRange inner = columns_of_whole_windows(extents);
    const auto all = [&](const auto& whole) {
        for (std::int32_t y = 0; y < extents.out.height; ++y) {
            const std::int32_t top = y * extents.stride_height - extents.padding_height;
            const bool rows_inside =
                top >= 0 && top + extents.dilation * (extents.kernel_height - 1) < extents.in.height;
            std::int32_t x = 0;
            const auto clipped = [&](std::int32_t end) {
                for (; x < end; ++x, out += channels) {
                    const WindowInside inside = window_inside(extents, y, x);
                    pool(in + inside.first * channels,
                         PoolTaps<std::int32_t, std::int32_t>{inside.rows, inside.columns, row, column});
                }
            };
            if (rows_inside && inner.begin < inner.end) {
                clipped(inner.begin);
                const std::int32_t left = x * extents.stride_width - extents.padding_width;
                const Code* window = in + (std::ptrdiff_t{top} * extents.in.width + left) * channels;
                for (; x < inner.end; ++x, out += channels, window += extents.stride_width * channels) {
                    pool(window, whole);
                }
            }
            clipped(extents.out.width);
        }
    };
    for_window(extents.kernel_height, extents.kernel_width, row, column, all);
}

/// The same of states in several planes.
template <class Set, int Planes>
[[gnu::hot]] void max_pool(const ConvolutionExtents& extents, const PlaneWords<Planes>* in, PlaneWords<Planes>* out) {
    const std::int32_t words = extents.in.channels;
    for (std::int32_t y = 0; y < extents.out.height; ++y) {
        for (std::int32_t x = 0; x < extents.out.width; ++x, out += words) {
            const WindowInside window = window_inside(extents, y, x);
            const PlaneWords<Planes>* row = in + window.first * words;
            copy_codes(row, words, out);
            for (std::int32_t i = 0; i < window.rows; ++i, row += window.row_stride * words) {
                for (std::int32_t j = i == 0 ? 1 : 0; j < window.columns; ++j) {
                    const PlaneWords<Planes>* const codes = row + window.column_stride * j * words;
                    for (std::int32_t w = 0; w < words; ++w) take_larger(out[w], codes[w]);
                }
            }
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
