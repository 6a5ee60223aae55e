// Depthwise convolutions: each lane of a vector multiplies its own channel by its own weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/arithmetic.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/kernels/padded_image.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

// The copy of the image holds, for each pixel and channel, the codes that one chunk of the dot product takes: those of
// this pixel and of the next ones, a dilation apart. Float numbers have one code per chunk: the copy is the padded
// image.

/// Pixels of one row of the copy.
template <class Arithmetic>
[[nodiscard]] constexpr std::int32_t depthwise_columns(const ConvolutionExtents& extents, const ConvolutionPlan& plan) {
    return (extents.out.width - 1) * extents.stride_width +
           (plan.segment_chunks - 1) * Arithmetic::codes_per_chunk * extents.dilation + 1;
}

/// True if the image can be read without a copy; whole vectors only, since the last one reads beyond its channels.
template <class Arithmetic, class Code>
[[nodiscard]] constexpr bool depthwise_reads_image(const ConvolutionExtents& extents, const ConvolutionPlan& plan) {
    return std::is_same_v<typename Arithmetic::Stored, Code> && Arithmetic::codes_per_chunk == 1 &&
           extents.padding_height == 0 && extents.padding_width == 0 && extents.in.channels % Arithmetic::lanes == 0 &&
           plan.padded_width <= extents.in.width && rows_under(extents, extents.out.height) <= extents.in.height;
}

/// Elements of the image copy for blocks of `rows` output rows; zero if none is needed.
template <class Arithmetic, class Code>
[[nodiscard]] constexpr std::int64_t depthwise_copied_codes(const ConvolutionExtents& extents,
                                                            const ConvolutionPlan& plan, std::int32_t rows) {
    constexpr std::int64_t per_chunk = Arithmetic::codes_per_chunk;
    if (depthwise_reads_image<Arithmetic, Code>(extents, plan)) return 0;
    const std::int64_t columns = depthwise_columns<Arithmetic>(extents, plan);
    // One padded row, the copy, and what the last vector of channels reads beyond it.
    const std::int64_t row = per_chunk == 1 ? 0 : columns + (per_chunk - 1) * extents.dilation;
    return (row + rows_under(extents, rows) * columns * per_chunk) * extents.in.channels +
           Arithmetic::lanes * per_chunk;
}

/// Distances within the copy, in elements.
struct DepthwiseGrid {
    std::ptrdiff_t window_row;
    std::ptrdiff_t chunk;
    std::ptrdiff_t pixel;
    std::ptrdiff_t output_pixel;
};

/// `Pixels` neighbouring pixels by `Columns` vectors of channels, of which `channels` lanes are stored.
template <class Arithmetic, int Pixels, int Columns>
INTAGLIO_INLINE void depthwise_tile(const ConvolutionPlan& plan, const DepthwiseGrid& grid,
                                    const typename Arithmetic::Stored* codes,
                                    const typename Arithmetic::Weight* weights, typename Arithmetic::Sum* output,
                                    std::int32_t channels) {
    constexpr std::ptrdiff_t vector = std::ptrdiff_t{Arithmetic::lanes} * Arithmetic::codes_per_chunk;
    decltype(Arithmetic::zero()) sums[Pixels][Columns];
    INTAGLIO_UNROLLED (p, Pixels) {
        INTAGLIO_UNROLLED (c, Columns) {
            sums[p][c] = Arithmetic::zero();
        }
    }
    for (std::int32_t row = 0; row < plan.segment_rows; ++row) {
        const auto* from = codes + row * grid.window_row;
        for (std::int32_t chunk = 0; chunk < plan.segment_chunks; ++chunk) {
            INTAGLIO_UNROLLED (c, Columns) {
                const auto factor = Arithmetic::weights(weights + c * vector);
                INTAGLIO_UNROLLED (p, Pixels) {
                    const auto window = Arithmetic::codes_of_lanes(from + p * grid.pixel + c * vector);
                    sums[p][c] = Arithmetic::multiply_add(sums[p][c], window, factor);
                }
            }
            weights += Columns * vector;
            from += grid.chunk;
        }
    }
    INTAGLIO_UNROLLED (p, Pixels) {
        INTAGLIO_UNROLLED (c, Columns) {
            auto* const to = output + p * grid.output_pixel + c * Arithmetic::lanes;
            const auto total = total_of<Arithmetic>(sums[p][c], weights + c * vector);
            if (channels >= (c + 1) * Arithmetic::lanes) {
                Arithmetic::store_sum(to, total);
            } else {
                Arithmetic::store_first_sums(to, total, channels - c * Arithmetic::lanes);
            }
        }
    }
}

/// All channels of `Pixels` neighbouring pixels.
template <class Arithmetic, int Pixels>
INTAGLIO_INLINE void depthwise_pixels(const ConvolutionPlan& plan, const DepthwiseGrid& grid,
                                      const typename Arithmetic::Stored* codes,
                                      const typename Arithmetic::Weight* weights, typename Arithmetic::Sum* output) {
    constexpr std::ptrdiff_t vector = std::ptrdiff_t{Arithmetic::lanes} * Arithmetic::codes_per_chunk;
    std::int32_t channels = plan.group_outputs;
    for (; channels > Arithmetic::lanes; channels -= 2 * Arithmetic::lanes) {
        depthwise_tile<Arithmetic, Pixels, 2>(plan, grid, codes, weights, output, channels);
        codes += 2 * vector;
        weights += 2 * plan.packed_chunks * vector;
        output += 2 * Arithmetic::lanes;
    }
    if (channels > 0) depthwise_tile<Arithmetic, Pixels, 1>(plan, grid, codes, weights, output, channels);
}

/// The rows under `rows` output rows from `first_row` on, with the codes of each chunk side by side: [rows_under]
/// [depthwise_columns][channels][code of the chunk]. `row` holds one padded row.
template <class Arithmetic, class Code>
void copy_chunks(const ConvolutionExtents& extents, std::int32_t columns, const Code* image, std::int32_t first_row,
                 std::int32_t rows, typename Arithmetic::Stored* row, typename Arithmetic::Stored* to) {
    using Stored = typename Arithmetic::Stored;
    constexpr int per_chunk = Arithmetic::codes_per_chunk;
    const std::ptrdiff_t channels = extents.in.channels;
    const std::ptrdiff_t count = columns * channels;
    const std::ptrdiff_t tap = extents.dilation * channels;
    const std::int32_t top = first_row * extents.stride_height - extents.padding_height;
    const std::int32_t bottom = top + rows_under(extents, rows);
    for (std::int32_t y = top; y < bottom; ++y, to += count * per_chunk) {
        copy_padded_row(extents, columns + (per_chunk - 1) * extents.dilation, image, y, row);
        const Stored* __restrict const from = row;
        Stored* __restrict const chunks = to;
        for (std::ptrdiff_t i = 0; i < count; ++i) {
            for (int k = 0; k < per_chunk; ++k) chunks[i * per_chunk + k] = from[i + k * tap];
        }
    }
}

/// The depthwise convolution of a block of output rows of one image, for any arithmetic; see convolve_block. `copy`
/// holds depthwise_copied_codes.
template <class Arithmetic, class Code>
void convolve_depthwise(const ConvolutionExtents& extents, const ConvolutionPlan& plan, const Code* image,
                        std::int32_t first_row, std::int32_t rows, const typename Arithmetic::Weight* weights,
                        typename Arithmetic::Sum* sums, typename Arithmetic::Stored* copy) {
    constexpr int per_chunk = Arithmetic::codes_per_chunk;
    const std::ptrdiff_t channels = extents.in.channels;
    std::ptrdiff_t columns = depthwise_columns<Arithmetic>(extents, plan);
    const typename Arithmetic::Stored* start = copy;
    bool direct = false;
    if constexpr (per_chunk > 1) {
        auto* const chunks = copy + (columns + (per_chunk - 1) * extents.dilation) * channels;
        copy_chunks<Arithmetic>(extents, static_cast<std::int32_t>(columns), image, first_row, rows, copy, chunks);
        start = chunks;
    } else {
        if constexpr (std::is_same_v<typename Arithmetic::Stored, Code>) {
            direct = depthwise_reads_image<Arithmetic, Code>(extents, plan);
            if (direct) {
                columns = extents.in.width;
                start = image + first_row * extents.stride_height * columns * channels;
            }
        }
        if (!direct) copy_padded(extents, plan, image, first_row, rows, copy);
    }
    const std::ptrdiff_t row = columns * channels * per_chunk;
    const DepthwiseGrid grid{.window_row = extents.dilation * row,
                             .chunk = std::ptrdiff_t{per_chunk} * extents.dilation * channels * per_chunk,
                             .pixel = extents.stride_width * channels * per_chunk,
                             .output_pixel = channels};
    const std::int32_t width = extents.out.width;
    for (std::int32_t y = 0; y < rows; ++y, sums += width * channels) {
        const auto* codes = start + y * extents.stride_height * row;
        if (width < 4) {
            for (std::int32_t x = 0; x < width; ++x) {
                depthwise_pixels<Arithmetic, 1>(plan, grid, codes + x * grid.pixel, weights, sums + x * channels);
            }
            continue;
        }
        // The last four pixels of a row are moved back to fit; some are computed twice.
        for (std::int32_t next = 0; next < width; next += 4) {
            const std::int32_t x = next < width - 4 ? next : width - 4;
            depthwise_pixels<Arithmetic, 4>(plan, grid, codes + x * grid.pixel, weights, sums + x * channels);
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
