// The product kernel: every convolution, integer or real, ends here.
//
// An indirect product: each output pixel has a pointer to the first code of its window; the reduction walks over the
// segments of the plan at the same offsets for all pixels. Register tiles are groups of four neighbouring pixels, which
// share one pointer, by one or two vectors of output channels.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/arithmetic.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/kernels/pixel_groups.hpp"
#include "intaglio/kernels/product_output.hpp"
#include "intaglio/kernels/short_sums.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

inline constexpr std::ptrdiff_t cache_line = 64;

/// Where a tile stands while it multiplies; distances are in bytes.
template <class Arithmetic, int Groups>
struct TilePosition {
    const std::byte* codes[Groups];
    const typename Arithmetic::Weight* weights;
    std::ptrdiff_t pixel;
    std::ptrdiff_t three_pixels;  ///< a register of its own: then four pixels need one pointer
    std::ptrdiff_t ahead;         ///< weights that are fetched lie so far behind those that are read
};

/// Multiplies `chunks` chunks, for which partial sums have room, by the pixels First ... End - 1 of each group.
template <class Arithmetic, int Groups, int Columns, int First, int End>
INTAGLIO_INLINE void multiply_room(PartialSum<Arithmetic> (&sums)[Groups * 4][Columns],
                                   TilePosition<Arithmetic, Groups>& at, std::int32_t chunks) {
    using Stored = typename Arithmetic::Stored;
    constexpr std::ptrdiff_t per_chunk = Arithmetic::codes_per_chunk;
    constexpr std::ptrdiff_t vector = Arithmetic::lanes * per_chunk;
    constexpr auto chunk_bytes = Columns * vector * static_cast<std::ptrdiff_t>(sizeof(*at.weights));
    constexpr int lines = chunk_bytes > cache_line ? static_cast<int>(chunk_bytes / cache_line) : 1;
    for (std::int32_t chunk = 0; chunk < chunks; ++chunk) {
        decltype(Arithmetic::weights(at.weights)) factors[Columns];
        INTAGLIO_UNROLLED (line, lines) {
            __builtin_prefetch(reinterpret_cast<const std::byte*>(at.weights) + line * cache_line + at.ahead, 0, 2);
        }
        INTAGLIO_UNROLLED (c, Columns) {
            factors[c] = Arithmetic::weights(at.weights + c * vector);
        }
        INTAGLIO_UNROLLED (r, Groups * 4) {
            const int in_group = r % 4;
            if (in_group < First || in_group >= End) continue;
            const std::ptrdiff_t distance = in_group == 3 ? at.three_pixels : in_group * at.pixel;
            const auto codes = Arithmetic::codes(reinterpret_cast<const Stored*>(at.codes[r / 4] + distance));
            INTAGLIO_UNROLLED (c, Columns) {
                sums[r][c] = Arithmetic::multiply_add(sums[r][c], codes, factors[c]);
            }
        }
        INTAGLIO_UNROLLED (g, Groups) {
            at.codes[g] += per_chunk * static_cast<std::ptrdiff_t>(sizeof(Stored));
        }
        at.weights += Columns * vector;
    }
}

/// Multiplies `chunks` chunks by the pixels First ... End - 1 of each group.
template <class Arithmetic, int Groups, int Columns, int First, int End>
INTAGLIO_INLINE void multiply_chunks(PartialSum<Arithmetic> (&sums)[Groups * 4][Columns],
                                     LongSums<Arithmetic, Groups * 4, Columns>& long_sums,
                                     TilePosition<Arithmetic, Groups>& at, std::int32_t chunks) {
    while (chunks > 0) {
        const std::int32_t room = long_sums.make_room(sums, chunks);
        multiply_room<Arithmetic, Groups, Columns, First, End>(sums, at, room);
        chunks -= room;
    }
}

/// One register tile: `Groups` groups of four pixels by `Columns` vectors, of which `channels` lanes are stored. While
/// it reads weights it fetches those that lie `ahead` bytes behind them.
template <class Arithmetic, int Groups, int Columns>
INTAGLIO_INLINE void product_tile(const ConvolutionPlan& plan, const ProductGrid<Arithmetic>& grid,
                                  const PixelTile<Arithmetic, Groups>& tile, const typename Arithmetic::Weight* weights,
                                  std::int32_t channels, std::ptrdiff_t ahead) {
    using Stored = typename Arithmetic::Stored;
    constexpr int rows = Groups * 4;
    constexpr std::ptrdiff_t vector = std::ptrdiff_t{Arithmetic::lanes} * Arithmetic::codes_per_chunk;
    const std::ptrdiff_t row_chunks = std::ptrdiff_t{plan.segment_columns} * plan.segment_chunks;
    [[maybe_unused]] const std::int32_t middle_chunks = plan.segment_chunks - tile.first_chunks - tile.last_chunks;

    PartialSum<Arithmetic> sums[rows][Columns];
    INTAGLIO_UNROLLED (r, rows) {
        INTAGLIO_UNROLLED (c, Columns) {
            sums[r][c] = zero_partial<Arithmetic>();
        }
    }
    LongSums<Arithmetic, rows, Columns> long_sums(plan.short_chunks);
    TilePosition<Arithmetic, Groups> at;
    at.weights = weights + tile.rows.begin * row_chunks * Columns * vector;
    at.pixel = grid.input_pixel * static_cast<std::ptrdiff_t>(sizeof(Stored));
    at.three_pixels = 3 * at.pixel;
    at.ahead = ahead;
    for (std::int32_t segment_row = tile.rows.begin; segment_row < tile.rows.end; ++segment_row) {
        for (std::int32_t segment_column = 0; segment_column < plan.segment_columns; ++segment_column) {
            const std::ptrdiff_t offset = segment_row * grid.segment_row + segment_column * grid.segment_column;
            INTAGLIO_UNROLLED (g, Groups) {
                at.codes[g] = reinterpret_cast<const std::byte*>(tile.inputs[g] + offset);
            }
            if constexpr (Arithmetic::has_constants) {
                multiply_chunks<Arithmetic, Groups, Columns, 0, 4>(sums, long_sums, at, plan.segment_chunks);
            } else {
                multiply_chunks<Arithmetic, Groups, Columns, 1, 4>(sums, long_sums, at, tile.first_chunks);
                multiply_chunks<Arithmetic, Groups, Columns, 0, 4>(sums, long_sums, at, middle_chunks);
                multiply_chunks<Arithmetic, Groups, Columns, 0, 3>(sums, long_sums, at, tile.last_chunks);
            }
        }
    }
    [[maybe_unused]] const auto* const constants = weights + plan.segment_rows * row_chunks * Columns * vector;
    if (channels >= Columns * Arithmetic::lanes) {
        INTAGLIO_UNROLLED (r, rows) {
            auto* const output = tile.outputs[r / 4] + r % 4 * grid.output_pixel;
            INTAGLIO_UNROLLED (c, Columns) {
                Arithmetic::store_sum(output + c * Arithmetic::lanes,
                                      total_of<Arithmetic>(long_sums.sum(sums, r, c), constants + c * vector));
            }
        }
    } else {
        INTAGLIO_UNROLLED (r, rows) {
            auto* const output = tile.outputs[r / 4] + r % 4 * grid.output_pixel;
            INTAGLIO_UNROLLED (c, Columns) {
                Arithmetic::store_first_sums(output + c * Arithmetic::lanes,
                                             total_of<Arithmetic>(long_sums.sum(sums, r, c), constants + c * vector),
                                             channels - c * Arithmetic::lanes);
            }
        }
    }
}

/// One pixel by `Columns` vectors. Four chunks at a time have sums of their own: a dot product takes longer than the
/// time between two of them.
template <class Arithmetic, int Columns>
void product_pixel(const ConvolutionPlan& plan, const ProductGrid<Arithmetic>& grid,
                   const typename Arithmetic::Stored* input, typename Arithmetic::Sum* output,
                   const typename Arithmetic::Weight* weights, std::int32_t channels) {
    constexpr std::ptrdiff_t per_chunk = Arithmetic::codes_per_chunk;
    constexpr std::ptrdiff_t vector = Arithmetic::lanes * per_chunk;
    // One way in plain code: GCC 12 vectorises four scalar ways of 16-bit codes wrongly at -O3.
    constexpr int ways = Arithmetic::lanes == 1 ? 1 : 4;
    PartialSum<Arithmetic> sums[ways][Columns];
    INTAGLIO_UNROLLED (way, ways) {
        INTAGLIO_UNROLLED (c, Columns) {
            sums[way][c] = zero_partial<Arithmetic>();
        }
    }
    LongSums<Arithmetic, ways, Columns> long_sums(plan.short_chunks);
    const auto multiply = [&](int way, const auto* codes) __attribute__((always_inline)) {
        const auto factor = Arithmetic::codes(codes + way * per_chunk);
        INTAGLIO_UNROLLED (c, Columns) {
            const auto weight = Arithmetic::weights(weights + (way * Columns + c) * vector);
            sums[way][c] = Arithmetic::multiply_add(sums[way][c], factor, weight);
        }
    };
    for (std::int32_t segment_row = 0; segment_row < plan.segment_rows; ++segment_row) {
        for (std::int32_t segment_column = 0; segment_column < plan.segment_columns; ++segment_column) {
            const auto* codes = input + segment_row * grid.segment_row + segment_column * grid.segment_column;
            std::int32_t left = plan.segment_chunks;
            while (left >= ways) {
                std::int32_t room = long_sums.make_room(sums, left / ways);
                left -= room * ways;
                for (; room > 0; --room) {
                    INTAGLIO_UNROLLED (way, ways) {
                        multiply(way, codes);
                    }
                    codes += ways * per_chunk;
                    weights += ways * Columns * vector;
                }
            }
            while (left > 0) {
                std::int32_t room = long_sums.make_room(sums, left);
                left -= room;
                for (; room > 0; --room) {
                    multiply(0, codes);
                    codes += per_chunk;
                    weights += Columns * vector;
                }
            }
        }
    }
    INTAGLIO_UNROLLED (c, Columns) {
        auto sum = long_sums.sum(sums, 0, c);
        if constexpr (ways == 4) {
            sum = Arithmetic::add(Arithmetic::add(sum, long_sums.sum(sums, 1, c)),
                                  Arithmetic::add(long_sums.sum(sums, 2, c), long_sums.sum(sums, 3, c)));
        }
        Arithmetic::store_first_sums(output + c * Arithmetic::lanes, total_of<Arithmetic>(sum, weights + c * vector),
                                     channels - c * Arithmetic::lanes);
    }
}

/// All pixels of the grid by one panel of `Columns` vectors.
template <class Arithmetic, int Columns>
void product_panel(const ConvolutionPlan& plan, const ProductGrid<Arithmetic>& grid,
                   const typename Arithmetic::Weight* weights, std::int32_t channels) {
    constexpr int groups = tile_groups(typename Arithmetic::Architecture{}, Columns);
    if (grid.width < 4) {
        PixelGroups<Arithmetic> pixels(grid, 1);
        PixelTile<Arithmetic, 1> pixel{};
        while (pixels.run() > 0) {
            pixels.next(pixel);
            product_pixel<Arithmetic, Columns>(plan, grid, pixel.inputs[0], pixel.outputs[0], weights, channels);
        }
        return;
    }
    PixelGroups<Arithmetic> walk(grid, 4);
    // The first tile fetches the next panel, which would come late from a far cache; later ones fetch what they read.
    std::ptrdiff_t ahead = static_cast<std::ptrdiff_t>(plan.packed_chunks) * Columns * Arithmetic::lanes *
                           Arithmetic::codes_per_chunk * static_cast<std::ptrdiff_t>(sizeof(*weights));
    PixelTile<Arithmetic, groups> tile{};
    [[maybe_unused]] PixelTile<Arithmetic, 1> small_tile{};
    while (walk.run() > 0) {
        if (groups == 1 || walk.run() >= groups) {
            walk.next(tile);
            product_tile<Arithmetic, groups, Columns>(plan, grid, tile, weights, channels, ahead);
        } else if constexpr (groups > 1) {
            walk.next(small_tile);
            product_tile<Arithmetic, 1, Columns>(plan, grid, small_tile, weights, channels, ahead);
        }
        ahead = 0;
    }
}

/// All pixels of the grid by the output channels of one group, whose packed weights are given. Overwrites the outputs;
/// grid.output is that of the group's first channel, `first_channel`, or the memory of a panel.
template <class Arithmetic>
void product(const ConvolutionPlan& plan, const ProductGrid<Arithmetic>& grid,
             const typename Arithmetic::Weight* weights, const ProductOutput<typename Arithmetic::Sum>& output,
             std::int32_t first_channel) {
    constexpr std::ptrdiff_t vector = std::ptrdiff_t{Arithmetic::lanes} * Arithmetic::codes_per_chunk;
    const std::int32_t panel = plan.panel_channels(Arithmetic::lanes);
    const auto chunks = static_cast<std::ptrdiff_t>(plan.packed_chunks);
    ProductGrid<Arithmetic> block = grid;
    for (std::int32_t first = 0; first < plan.group_vectors; first += panel_vectors) {
        const std::int32_t left = plan.group_outputs - first * Arithmetic::lanes;
        // A panel has room for whole vectors.
        const std::int32_t channels = output.take == nullptr ? left : panel;
        if (first + 1 < plan.group_vectors) {
            product_panel<Arithmetic, 2>(plan, block, weights, channels);
        } else {
            product_panel<Arithmetic, 1>(plan, block, weights, channels);
        }
        weights += panel_vectors * chunks * vector;
        if (output.take == nullptr) {
            block.output += panel;
        } else {
            output.take(output.taker, {output.sums, grid.pixels(), panel, first_channel + first * Arithmetic::lanes,
                                       left < panel ? left : panel});
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
