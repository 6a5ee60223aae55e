// Depthwise convolutions, and others of small groups: each lane of a vector multiplies codes of its own by its own
// weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/arithmetic.hpp"
#include "intaglio/kernels/chunk_copy.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/kernels/padded_image.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// True if the image can be read without a copy; whole vectors only, since the last one reads beyond its channels.
template <class Arithmetic, class Code>
[[nodiscard]] constexpr bool depthwise_reads_image(const ConvolutionExtents& extents, const ConvolutionPlan& plan) {
    return std::is_same_v<typename Arithmetic::Stored, Code> && Arithmetic::codes_per_chunk == 1 &&
           extents.padding_height == 0 && extents.padding_width == 0 && extents.in.channels % Arithmetic::lanes == 0 &&
           plan.padded_width <= extents.in.width && rows_under(extents, extents.out.height) <= extents.in.height;
}

/// Elements of the table of taps: where each chunk of a window lies.
template <class Arithmetic>
[[nodiscard]] constexpr std::int64_t depthwise_table_codes(const ConvolutionPlan& plan) {
    return round_up(plan.chunks() * static_cast<std::int64_t>(sizeof(std::ptrdiff_t)), 64) /
           static_cast<std::int64_t>(sizeof(typename Arithmetic::Stored));
}

/// Elements of the workspace for blocks of `rows` output rows: the table of taps, and the image copy if one is needed.
template <class Arithmetic, class Code>
[[nodiscard]] constexpr std::int64_t depthwise_copied_codes(const ConvolutionExtents& extents,
                                                            const ConvolutionPlan& plan, std::int32_t rows) {
    const std::int64_t table = depthwise_table_codes<Arithmetic>(plan);
    if (depthwise_reads_image<Arithmetic, Code>(extents, plan)) return table;
    const ChunkGrid grid = chunk_grid(extents, plan, Arithmetic::codes_per_chunk);
    // The last vector of channels reads beyond the copy.
    return table + grid.row_codes() + grid.own_chunk_codes() + rows_under(extents, rows) * grid.copied_codes() +
           Arithmetic::lanes * Arithmetic::codes_per_chunk;
}

/// The windows of a depthwise convolution.
struct DepthwiseWindows {
    const std::ptrdiff_t* taps;  ///< bytes from the first chunk of a window to each of its chunks
    std::int64_t chunks;
    std::ptrdiff_t pixel;         ///< bytes from one window to the next
    std::ptrdiff_t output_pixel;  ///< elements
};

/// `Pixels` neighbouring pixels, 4 or 1, by `Columns` vectors of channels, of which `channels` lanes are stored.
template <class Arithmetic, int Pixels, int Columns>
INTAGLIO_INLINE void depthwise_tile(const DepthwiseWindows& windows, const std::byte* codes,
                                    const typename Arithmetic::Weight* weights, typename Arithmetic::Sum* output,
                                    std::int32_t channels) {
    using Stored = typename Arithmetic::Stored;
    constexpr std::ptrdiff_t vector = std::ptrdiff_t{Arithmetic::lanes} * Arithmetic::codes_per_chunk;
    // Three pixels have a register of their own: then four pixels need one pointer.
    const std::ptrdiff_t pixel = windows.pixel;
    const std::ptrdiff_t three_pixels = 3 * pixel;
    decltype(Arithmetic::zero()) sums[Pixels][Columns];
    INTAGLIO_UNROLLED (p, Pixels) {
        INTAGLIO_UNROLLED (c, Columns) {
            sums[p][c] = Arithmetic::zero();
        }
    }
    for (const std::ptrdiff_t *tap = windows.taps, *end = tap + windows.chunks; tap != end; ++tap) {
        const std::byte* const from = codes + *tap;
        INTAGLIO_UNROLLED (c, Columns) {
            const auto factor = Arithmetic::weights(weights + c * vector);
            INTAGLIO_UNROLLED (p, Pixels) {
                const auto* window = reinterpret_cast<const Stored*>(from + (p == 3 ? three_pixels : p * pixel));
                sums[p][c] =
                    Arithmetic::multiply_add(sums[p][c], Arithmetic::codes_of_lanes(window + c * vector), factor);
            }
        }
        weights += Columns * vector;
    }
    if (channels >= Columns * Arithmetic::lanes) {
        INTAGLIO_UNROLLED (p, Pixels) {
            INTAGLIO_UNROLLED (c, Columns) {
                Arithmetic::store_sum(output + p * windows.output_pixel + c * Arithmetic::lanes,
                                      total_of<Arithmetic>(sums[p][c], weights + c * vector));
            }
        }
    } else {
        INTAGLIO_UNROLLED (p, Pixels) {
            INTAGLIO_UNROLLED (c, Columns) {
                Arithmetic::store_first_sums(output + p * windows.output_pixel + c * Arithmetic::lanes,
                                             total_of<Arithmetic>(sums[p][c], weights + c * vector),
                                             channels - c * Arithmetic::lanes);
            }
        }
    }
}

/// A rectangle of windows; distances are in bytes of the copy.
struct DepthwiseRows {
    std::int32_t rows;
    std::int32_t width;
    std::ptrdiff_t row;  ///< from the first window of a row to that of the next
};

/// All windows by `Columns` vectors of channels, of which `channels` lanes are stored: what lies under them stays in
/// the first cache from one row to the next.
template <class Arithmetic, int Columns>
void depthwise_columns(const DepthwiseWindows& windows, const DepthwiseRows& rows, const std::byte* codes,
                       const typename Arithmetic::Weight* weights, typename Arithmetic::Sum* sums,
                       std::int32_t channels) {
    for (std::int32_t y = 0; y < rows.rows; ++y, codes += rows.row, sums += rows.width * windows.output_pixel) {
        if (rows.width < 4) {
            for (std::int32_t x = 0; x < rows.width; ++x) {
                depthwise_tile<Arithmetic, 1, Columns>(windows, codes + x * windows.pixel, weights,
                                                       sums + x * windows.output_pixel, channels);
            }
            continue;
        }
        // The last four pixels of a row are moved back to fit; some are computed twice.
        for (std::int32_t next = 0; next < rows.width; next += 4) {
            const std::int32_t x = next < rows.width - 4 ? next : rows.width - 4;
            depthwise_tile<Arithmetic, 4, Columns>(windows, codes + x * windows.pixel, weights,
                                                   sums + x * windows.output_pixel, channels);
        }
    }
}

/// The convolution of a block of output rows of one image, each lane with its own codes, for any arithmetic; see
/// convolve_block. `copy` holds depthwise_copied_codes.
template <class Arithmetic, class Code>
void convolve_depthwise(const ConvolutionExtents& extents, const ConvolutionPlan& plan, const Code* image,
                        std::int32_t first_row, std::int32_t rows, const typename Arithmetic::Weight* weights,
                        typename Arithmetic::Sum* sums, typename Arithmetic::Stored* copy) {
    constexpr int per_chunk = Arithmetic::codes_per_chunk;
    const ChunkGrid chunks = chunk_grid(extents, plan, per_chunk);
    auto* const table = reinterpret_cast<std::ptrdiff_t*>(copy);
    copy += depthwise_table_codes<Arithmetic>(plan);
    const typename Arithmetic::Stored* start = copy;
    std::ptrdiff_t row = static_cast<std::ptrdiff_t>(chunks.copied_codes());
    if constexpr (per_chunk > 1) {
        start =
            copy_chunks<typename Arithmetic::Architecture, per_chunk>(extents, chunks, image, first_row, rows, copy);
    } else {
        bool direct = false;
        if constexpr (std::is_same_v<typename Arithmetic::Stored, Code>) {
            direct = depthwise_reads_image<Arithmetic, Code>(extents, plan);
            if (direct) {
                row = std::ptrdiff_t{extents.in.width} * extents.in.channels;
                start = image + first_row * extents.stride_height * row;
            }
        }
        if (!direct) copy_padded(extents, plan, image, first_row, rows, copy);
    }
    constexpr std::ptrdiff_t code = sizeof(typename Arithmetic::Stored);
    const std::ptrdiff_t chunk = std::ptrdiff_t{extents.out.channels} * per_chunk * code;
    const std::ptrdiff_t pixel = chunk * chunks.chunks;
    row *= code;
    auto* tap = table;
    for (std::int32_t i = 0; i < plan.segment_rows; ++i) {
        for (std::int32_t j = 0; j < plan.segment_columns; ++j) {
            for (std::int32_t k = 0; k < plan.segment_chunks; ++k) {
                const std::ptrdiff_t within = chunks.along_row ? pixel * per_chunk * extents.dilation : chunk;
                *tap++ = extents.dilation * (i * row + j * pixel) + k * within;
            }
        }
    }
    const DepthwiseWindows windows{.taps = table,
                                   .chunks = plan.chunks(),
                                   .pixel = extents.stride_width * pixel,
                                   .output_pixel = extents.out.channels};
    const DepthwiseRows block{.rows = rows, .width = extents.out.width, .row = extents.stride_height * row};
    constexpr std::ptrdiff_t vector = std::ptrdiff_t{Arithmetic::lanes} * per_chunk;
    const auto* codes = reinterpret_cast<const std::byte*>(start);
    std::int32_t channels = plan.group_outputs;
    for (; channels > Arithmetic::lanes; channels -= 2 * Arithmetic::lanes) {
        depthwise_columns<Arithmetic, 2>(windows, block, codes, weights, sums, channels);
        codes += 2 * vector * code;
        weights += 2 * plan.packed_chunks * vector;
        sums += 2 * Arithmetic::lanes;
    }
    if (channels > 0) depthwise_columns<Arithmetic, 1>(windows, block, codes, weights, sums, channels);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
