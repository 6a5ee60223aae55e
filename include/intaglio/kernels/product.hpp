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

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

inline constexpr std::ptrdiff_t cache_line = 64;

/// Output pixels of a product and the input windows under them; distances are in elements.
template <class Arithmetic>
struct ProductGrid {
    const typename Arithmetic::Stored* input;  ///< first code of the first pixel's window
    typename Arithmetic::Sum* output;          ///< first pixel, first channel of the group
    std::int32_t images = 1;
    std::int32_t rows = 1;
    std::int32_t width = 1;
    std::ptrdiff_t input_image = 0;
    std::ptrdiff_t input_row = 0;
    std::ptrdiff_t input_pixel = 0;
    std::ptrdiff_t segment_row = 0;
    std::ptrdiff_t segment_column = 0;
    std::ptrdiff_t output_image = 0;
    std::ptrdiff_t output_row = 0;
    std::ptrdiff_t output_pixel = 0;
};

/// Walks over groups of neighbouring pixels in rows. The last group of a row is moved back to fit: it computes some
/// pixels twice, which costs less than a smaller tile.
template <class Arithmetic>
class PixelGroups {
  public:
    PixelGroups(const ProductGrid<Arithmetic>& grid, std::int32_t group_pixels)
        : grid_(grid),
          group_pixels_(group_pixels),
          image_input_(grid.input),
          image_output_(grid.output),
          row_input_(grid.input),
          row_output_(grid.output) {}

    /// Number of groups of the whole grid.
    [[nodiscard]] std::int64_t count() const {
        return std::int64_t{grid_.images} * grid_.rows * ((grid_.width + group_pixels_ - 1) / group_pixels_);
    }

    /// Gives the current group and moves on.
    void next(const typename Arithmetic::Stored*& input, typename Arithmetic::Sum*& output) {
        const std::int32_t last = grid_.width - group_pixels_;
        const std::int32_t x = x_ < last ? x_ : last;
        input = row_input_ + x * grid_.input_pixel;
        output = row_output_ + x * grid_.output_pixel;
        x_ += group_pixels_;
        if (x_ < grid_.width) return;
        x_ = 0;
        row_input_ += grid_.input_row;
        row_output_ += grid_.output_row;
        if (++y_ < grid_.rows) return;
        y_ = 0;
        image_input_ += grid_.input_image;
        image_output_ += grid_.output_image;
        row_input_ = image_input_;
        row_output_ = image_output_;
    }

  private:
    const ProductGrid<Arithmetic>& grid_;
    std::int32_t group_pixels_;
    std::int32_t x_ = 0;
    std::int32_t y_ = 0;
    const typename Arithmetic::Stored* image_input_;
    typename Arithmetic::Sum* image_output_;
    const typename Arithmetic::Stored* row_input_;
    typename Arithmetic::Sum* row_output_;
};

/// One register tile: `Groups` groups of four pixels by `Columns` vectors, of which `channels` lanes are stored. While
/// it reads weights it fetches those that lie `ahead` bytes behind them.
template <class Arithmetic, int Groups, int Columns>
void product_tile(const ConvolutionPlan& plan, const ProductGrid<Arithmetic>& grid,
                  const typename Arithmetic::Stored* const (&inputs)[Groups],
                  typename Arithmetic::Sum* const (&outputs)[Groups], const typename Arithmetic::Weight* weights,
                  std::int32_t channels, std::ptrdiff_t ahead) {
    using Stored = typename Arithmetic::Stored;
    constexpr int rows = Groups * 4;
    constexpr std::ptrdiff_t per_chunk = Arithmetic::codes_per_chunk;
    constexpr std::ptrdiff_t vector = Arithmetic::lanes * per_chunk;
    constexpr auto chunk_bytes = Columns * vector * static_cast<std::ptrdiff_t>(sizeof(*weights));
    constexpr int lines = chunk_bytes > cache_line ? static_cast<int>(chunk_bytes / cache_line) : 1;
    // In bytes, and three pixels as a register of their own: then four pixels need one pointer.
    const std::ptrdiff_t pixel = grid.input_pixel * static_cast<std::ptrdiff_t>(sizeof(Stored));
    const std::ptrdiff_t three_pixels = 3 * pixel;

    decltype(Arithmetic::zero()) sums[rows][Columns];
    INTAGLIO_UNROLLED (r, rows) {
        INTAGLIO_UNROLLED (c, Columns) {
            sums[r][c] = Arithmetic::zero();
        }
    }
    for (std::int32_t segment_row = 0; segment_row < plan.segment_rows; ++segment_row) {
        for (std::int32_t segment_column = 0; segment_column < plan.segment_columns; ++segment_column) {
            const std::ptrdiff_t offset = segment_row * grid.segment_row + segment_column * grid.segment_column;
            const std::byte* pointers[Groups];
            INTAGLIO_UNROLLED (g, Groups) {
                pointers[g] = reinterpret_cast<const std::byte*>(inputs[g] + offset);
            }
            for (std::int32_t chunk = 0; chunk < plan.segment_chunks; ++chunk) {
                decltype(Arithmetic::weights(weights)) factors[Columns];
                INTAGLIO_UNROLLED (line, lines) {
                    __builtin_prefetch(reinterpret_cast<const std::byte*>(weights) + line * cache_line + ahead, 0, 2);
                }
                INTAGLIO_UNROLLED (c, Columns) {
                    factors[c] = Arithmetic::weights(weights + c * vector);
                }
                INTAGLIO_UNROLLED (r, rows) {
                    const int in_group = r % 4;
                    const std::ptrdiff_t distance = in_group == 3 ? three_pixels : in_group * pixel;
                    const auto codes = Arithmetic::codes(reinterpret_cast<const Stored*>(pointers[r / 4] + distance));
                    INTAGLIO_UNROLLED (c, Columns) {
                        sums[r][c] = Arithmetic::multiply_add(sums[r][c], codes, factors[c]);
                    }
                }
                INTAGLIO_UNROLLED (g, Groups) {
                    pointers[g] += per_chunk * static_cast<std::ptrdiff_t>(sizeof(Stored));
                }
                weights += Columns * vector;
            }
        }
    }
    if (channels >= Columns * Arithmetic::lanes) {
        INTAGLIO_UNROLLED (r, rows) {
            auto* const output = outputs[r / 4] + r % 4 * grid.output_pixel;
            INTAGLIO_UNROLLED (c, Columns) {
                Arithmetic::store_sum(output + c * Arithmetic::lanes,
                                      total_of<Arithmetic>(sums[r][c], weights + c * vector));
            }
        }
    } else {
        INTAGLIO_UNROLLED (r, rows) {
            auto* const output = outputs[r / 4] + r % 4 * grid.output_pixel;
            INTAGLIO_UNROLLED (c, Columns) {
                Arithmetic::store_first_sums(output + c * Arithmetic::lanes,
                                             total_of<Arithmetic>(sums[r][c], weights + c * vector),
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
    decltype(Arithmetic::zero()) sums[ways][Columns];
    INTAGLIO_UNROLLED (way, ways) {
        INTAGLIO_UNROLLED (c, Columns) {
            sums[way][c] = Arithmetic::zero();
        }
    }
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
            std::int32_t chunk = 0;
            for (; chunk + ways <= plan.segment_chunks; chunk += ways) {
                INTAGLIO_UNROLLED (way, ways) {
                    multiply(way, codes);
                }
                codes += ways * per_chunk;
                weights += ways * Columns * vector;
            }
            for (; chunk < plan.segment_chunks; ++chunk) {
                multiply(0, codes);
                codes += per_chunk;
                weights += Columns * vector;
            }
        }
    }
    INTAGLIO_UNROLLED (c, Columns) {
        auto sum = sums[0][c];
        if constexpr (ways == 4) {
            sum = Arithmetic::add(Arithmetic::add(sum, sums[1][c]), Arithmetic::add(sums[2][c], sums[3][c]));
        }
        Arithmetic::store_first_sums(output + c * Arithmetic::lanes, total_of<Arithmetic>(sum, weights + c * vector),
                                     channels - c * Arithmetic::lanes);
    }
}

/// All pixels of the grid by one block of `Columns` vectors.
template <class Arithmetic, int Columns>
void product_block(const ConvolutionPlan& plan, const ProductGrid<Arithmetic>& grid,
                   const typename Arithmetic::Weight* weights, std::int32_t channels) {
    constexpr int groups = tile_groups(typename Arithmetic::Architecture{}, Columns);
    using Stored = typename Arithmetic::Stored;
    using Sum = typename Arithmetic::Sum;
    if (grid.width < 4) {
        PixelGroups<Arithmetic> pixels(grid, 1);
        for (std::int64_t left = pixels.count(); left > 0; --left) {
            const Stored* input;
            Sum* output;
            pixels.next(input, output);
            product_pixel<Arithmetic, Columns>(plan, grid, input, output, weights, channels);
        }
        return;
    }
    PixelGroups<Arithmetic> walk(grid, 4);
    std::int64_t left = walk.count();
    // The first tile fetches the next panel, which would come late from a far cache; later ones fetch what they read.
    std::ptrdiff_t ahead = static_cast<std::ptrdiff_t>(plan.packed_chunks) * Columns * Arithmetic::lanes *
                           Arithmetic::codes_per_chunk * static_cast<std::ptrdiff_t>(sizeof(*weights));
    for (; left >= groups; left -= groups) {
        const Stored* inputs[groups];
        Sum* outputs[groups];
        for (int g = 0; g < groups; ++g) walk.next(inputs[g], outputs[g]);
        product_tile<Arithmetic, groups, Columns>(plan, grid, inputs, outputs, weights, channels, ahead);
        ahead = 0;
    }
    for (; left > 0; --left) {
        const Stored* inputs[1];
        Sum* outputs[1];
        walk.next(inputs[0], outputs[0]);
        product_tile<Arithmetic, 1, Columns>(plan, grid, inputs, outputs, weights, channels, ahead);
        ahead = 0;
    }
}

/// All pixels of the grid by the output channels of one group, whose packed weights are given. Overwrites the outputs.
template <class Arithmetic>
void product(const ConvolutionPlan& plan, const ProductGrid<Arithmetic>& grid,
             const typename Arithmetic::Weight* weights) {
    constexpr std::ptrdiff_t vector = std::ptrdiff_t{Arithmetic::lanes} * Arithmetic::codes_per_chunk;
    const auto chunks = static_cast<std::ptrdiff_t>(plan.packed_chunks);
    ProductGrid<Arithmetic> block = grid;
    for (std::int32_t first = 0; first < plan.group_vectors; first += 2) {
        const std::int32_t channels = plan.group_outputs - first * Arithmetic::lanes;
        if (first + 1 < plan.group_vectors) {
            product_block<Arithmetic, 2>(plan, block, weights, channels);
        } else {
            product_block<Arithmetic, 1>(plan, block, weights, channels);
        }
        weights += 2 * chunks * vector;
        block.output += 2 * Arithmetic::lanes;
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
