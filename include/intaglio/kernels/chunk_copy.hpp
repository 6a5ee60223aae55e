// Copies of images for lanes that read codes of their own: the codes that one chunk of the dot product takes lie side
// by side, for each output channel.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/simd/lanes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The copy is [rows][columns][chunks][out.channels][code of the chunk]. A chunk of an output channel that reads one
/// input channel has the codes of this pixel and of the next ones, a dilation apart; otherwise some of its group's
/// codes at this pixel. An arithmetic of one code per chunk has the padded image for a copy.
struct ChunkGrid {
    bool along_row;             ///< a chunk has codes of several pixels
    std::int32_t per_chunk;     ///< codes of a chunk
    std::int32_t columns;       ///< pixels of a row of the copy
    std::int32_t row_pixels;    ///< pixels of the padded row of which it is made
    std::int32_t row_channels;  ///< of that row: those of each group, filled up to whole chunks
    std::int32_t chunks;        ///< of a group at a pixel
    std::int32_t groups;
    std::int32_t outputs;  ///< of a group

    /// Elements of the padded row.
    [[nodiscard]] constexpr std::int64_t row_codes() const {
        return per_chunk == 1 ? 0 : std::int64_t{row_pixels} * row_channels;
    }
    /// Elements of the chunks of a row where several output channels share one: they are made before they are repeated.
    [[nodiscard]] constexpr std::int64_t own_chunk_codes() const {
        return along_row && outputs > 1 ? std::int64_t{columns} * groups * per_chunk : 0;
    }
    /// Elements of a row of the copy.
    [[nodiscard]] constexpr std::int64_t copied_codes() const {
        return std::int64_t{columns} * chunks * groups * outputs * per_chunk;
    }
};

[[nodiscard]] constexpr ChunkGrid chunk_grid(const ConvolutionExtents& e, const ConvolutionPlan& plan, int per_chunk) {
    ChunkGrid grid{};
    grid.along_row = e.channels_per_group() == 1;
    grid.per_chunk = per_chunk;
    grid.groups = e.groups;
    grid.outputs = e.out.channels / e.groups;
    grid.chunks = grid.along_row ? 1 : plan.segment_chunks;
    const std::int32_t reach = grid.along_row ? (plan.segment_chunks - 1) * per_chunk : e.kernel_width - 1;
    grid.columns = (e.out.width - 1) * e.stride_width + reach * e.dilation + 1;
    grid.row_pixels = grid.columns + (grid.along_row ? (per_chunk - 1) * e.dilation : 0);
    grid.row_channels = grid.along_row ? e.in.channels : e.groups * grid.chunks * per_chunk;
    return grid;
}

/// The codes of `a` and `b` in turns: both halves.
template <class Vector, int... I>
INTAGLIO_INLINE void interleave(Vector a, Vector b, Vector& low, Vector& high, std::integer_sequence<int, I...>) {
    constexpr int count = sizeof...(I);
    low = __builtin_shufflevector(a, b, (I / 2 + I % 2 * count)...);
    high = __builtin_shufflevector(a, b, (count / 2 + I / 2 + I % 2 * count)...);
}

/// chunks[i] = the codes row[i], row[i + tap], row[i + 2 * tap] ..., for `count` chunks of Count codes.
template <class Set, int Count, class Stored>
void collect_chunks(const Stored* __restrict row, std::int64_t count, std::ptrdiff_t tap, Stored* __restrict chunks) {
    constexpr int most_lanes = simd::code_lanes<Set, Stored>;
    std::int64_t i = 0;
    if constexpr (most_lanes > 1) {
        using Code = std::conditional_t<sizeof(Stored) == 1, std::uint8_t, std::uint16_t>;
        using Pair = std::conditional_t<sizeof(Stored) == 1, std::uint16_t, std::uint32_t>;
        using Codes = simd::Lanes<Code, most_lanes>;
        using Pairs = simd::Lanes<Pair, most_lanes / 2>;
        constexpr std::make_integer_sequence<int, most_lanes> codes{};
        constexpr std::make_integer_sequence<int, most_lanes / 2> pairs{};
        const auto load = [&](int k) __attribute__((always_inline)) {
            Codes lanes;
            __builtin_memcpy(&lanes, row + i + k * tap, sizeof lanes);
            return lanes;
        };
        for (; i + most_lanes <= count; i += most_lanes) {
            Codes low, high;
            interleave(load(0), load(1), low, high, codes);
            Stored* const to = chunks + i * Count;
            if constexpr (Count == 2) {
                simd::store_lanes(to, low);
                simd::store_lanes(to + most_lanes, high);
            } else {
                Codes other_low, other_high;
                interleave(load(2), load(3), other_low, other_high, codes);
                Pairs parts[4];
                interleave(std::bit_cast<Pairs>(low), std::bit_cast<Pairs>(other_low), parts[0], parts[1], pairs);
                interleave(std::bit_cast<Pairs>(high), std::bit_cast<Pairs>(other_high), parts[2], parts[3], pairs);
                INTAGLIO_UNROLLED (part, 4) {
                    simd::store_lanes(to + part * most_lanes, parts[part]);
                }
            }
        }
    }
    for (; i < count; ++i) {
        for (int k = 0; k < Count; ++k) chunks[i * Count + k] = row[i + k * tap];
    }
}

/// A chunk of codes as one number, whatever they are: it has 32 bits.
using ChunkWord = std::uint32_t;

/// to[pixel][chunk][group][output] = the chunk of the group, for all its `outputs`.
template <class Stored>
void repeat_chunks(const Stored* from, const ChunkGrid& grid, Stored* to) {
    const auto repeat = [&](auto outputs) {
        for (std::int32_t pixel = 0; pixel < grid.columns; ++pixel) {
            for (std::int32_t chunk = 0; chunk < grid.chunks; ++chunk) {
                const Stored* own = from + std::ptrdiff_t{chunk} * grid.per_chunk;
                for (std::int32_t group = 0; group < grid.groups; ++group, own += grid.chunks * grid.per_chunk) {
                    ChunkWord word;
                    __builtin_memcpy(&word, own, sizeof word);
                    if constexpr (std::is_same_v<decltype(outputs), std::int32_t>) {
                        for (std::int32_t i = 0; i < outputs; ++i, to += grid.per_chunk) {
                            __builtin_memcpy(to, &word, sizeof word);
                        }
                    } else {
                        constexpr int count = decltype(outputs)::value;
                        simd::store_lanes(to, simd::Lanes<ChunkWord, count>{} + word);
                        to += count * grid.per_chunk;
                    }
                }
            }
            from += std::ptrdiff_t{grid.groups} * grid.chunks * grid.per_chunk;
        }
    };
    if (grid.outputs == 2) {
        repeat(simd::Number<2>{});
    } else if (grid.outputs == 4) {
        repeat(simd::Number<4>{});
    } else {
        repeat(grid.outputs);
    }
}

/// Row y of the padded image, `grid.row_pixels` pixels; groups of several channels are filled up to whole chunks.
template <class Code, class Stored>
void copy_grouped_row(const ConvolutionExtents& extents, const ChunkGrid& grid, const Code* image, std::int32_t y,
                      Stored* row) {
    copy_padded_row(extents, grid.row_pixels, image, y, row);
    const std::int32_t channels = extents.channels_per_group();
    const std::int32_t filled = grid.row_channels / grid.groups;
    if (filled == channels) return;
    // From the last one on, in place.
    for (std::int64_t at = std::int64_t{grid.row_pixels} * grid.groups; at-- > 0;) {
        for (std::int32_t c = filled; c-- > 0;) {
            row[at * filled + c] = c < channels ? row[at * channels + c] : Stored{};
        }
    }
}

/// The rows under `rows` output rows from `first_row` on, as ChunkGrid says. `workspace` holds a padded row, chunks of
/// a row, and the copy, which is returned.
template <class Set, int Count, class Code, class Stored>
const Stored* copy_chunks(const ConvolutionExtents& extents, const ChunkGrid& grid, const Code* image,
                          std::int32_t first_row, std::int32_t rows, Stored* workspace) {
    static_assert(Count * sizeof(Stored) == sizeof(ChunkWord));
    Stored* const row = workspace;
    Stored* const own_chunks = row + grid.row_codes();
    Stored* const copy = own_chunks + grid.own_chunk_codes();
    Stored* to = copy;
    const std::int32_t top = first_row * extents.stride_height - extents.padding_height;
    const std::int32_t bottom = top + rows_under(extents, rows);
    for (std::int32_t y = top; y < bottom; ++y, to += grid.copied_codes()) {
        copy_grouped_row(extents, grid, image, y, row);
        if (!grid.along_row) {
            repeat_chunks(row, grid, to);
            continue;
        }
        Stored* const collected = grid.outputs > 1 ? own_chunks : to;
        collect_chunks<Set, Count>(row, std::int64_t{grid.columns} * grid.groups,
                                   std::ptrdiff_t{extents.dilation} * grid.groups, collected);
        if (grid.outputs > 1) repeat_chunks(own_chunks, grid, to);
    }
    return copy;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
