// Gradient of a convolution with respect to its weights.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/training/depthwise_gradient.hpp"
#include "intaglio/kernels/training/float_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The plan of the weight gradient: vectors lie along the window, so one "step" is a whole vector of codes.
template <class Set, class Float>
struct GradientArithmetic {
    using Stored = Float;
    static constexpr int lanes = 1;  // groups are walked through one by one, however small
    static constexpr int codes_per_chunk = vector_lanes(Set{}, Float{});
    static constexpr bool has_constants = false;
};

/// Pixels under one register tile; distances in elements.
template <class Float>
struct GradientGrid {
    const Float* codes;
    const Float* dout;
    std::int32_t images = 1;
    std::int32_t rows = 1;
    std::int32_t width = 1;
    std::ptrdiff_t codes_image = 0;
    std::ptrdiff_t codes_row = 0;
    std::ptrdiff_t codes_pixel = 0;
    std::ptrdiff_t dout_image = 0;
    std::ptrdiff_t dout_row = 0;
    std::ptrdiff_t dout_pixel = 0;
};

/// dweights[o][k] += sum over the pixels of dout[o] * codes[k], for `Outputs` channels and `Vectors` vectors of the
/// window, of which `count` elements exist.
template <class Set, class Float, int Outputs, int Vectors>
void gradient_tile(const GradientGrid<Float>& grid, Float* dweights, std::ptrdiff_t fan_in, std::int32_t count) {
    constexpr Set set{};
    constexpr int lanes = vector_lanes(Set{}, Float{});
    decltype(zero_float(set, Float{})) sums[Outputs][Vectors];
    INTAGLIO_UNROLLED (o, Outputs) {
        INTAGLIO_UNROLLED (v, Vectors) {
            sums[o][v] = zero_float(set, Float{});
        }
    }
    for (std::int32_t image = 0; image < grid.images; ++image) {
        for (std::int32_t row = 0; row < grid.rows; ++row) {
            const Float* codes = grid.codes + image * grid.codes_image + row * grid.codes_row;
            const Float* dout = grid.dout + image * grid.dout_image + row * grid.dout_row;
            for (std::int32_t x = 0; x < grid.width; ++x) {
                decltype(zero_float(set, Float{})) window[Vectors];
                INTAGLIO_UNROLLED (v, Vectors) {
                    window[v] = load_float(set, codes + v * lanes);
                }
                INTAGLIO_UNROLLED (o, Outputs) {
                    const auto gradient = broadcast_float(set, dout + o);
                    INTAGLIO_UNROLLED (v, Vectors) {
                        sums[o][v] = multiply_add_real(set, sums[o][v], window[v], gradient);
                    }
                }
                codes += grid.codes_pixel;
                dout += grid.dout_pixel;
            }
        }
    }
    INTAGLIO_UNROLLED (v, Vectors) {
        Float* const to = dweights + v * lanes;
        const int left = count - v * lanes;
        if (left >= lanes) {
            INTAGLIO_UNROLLED (o, Outputs) {
                store_float(set, to + o * fan_in, add_float(set, load_float(set, to + o * fan_in), sums[o][v]));
            }
        } else if (left > 0) {
            INTAGLIO_UNROLLED (o, Outputs) {
                const auto sum = add_float(set, load_first_float(set, to + o * fan_in, left), sums[o][v]);
                store_first_float(set, to + o * fan_in, sum, left);
            }
        }
    }
}

/// All `outputs` channels by `Vectors` vectors of the window, in tiles of at most `Outputs` channels.
template <class Set, class Float, int Outputs, int Vectors>
void gradient_column(GradientGrid<Float> grid, Float* dweights, std::ptrdiff_t fan_in, std::int32_t count,
                     std::int32_t outputs) {
    std::int32_t done = 0;
    for (; done + Outputs <= outputs; done += Outputs) {
        gradient_tile<Set, Float, Outputs, Vectors>(grid, dweights, fan_in, count);
        grid.dout += Outputs;
        dweights += Outputs * fan_in;
    }
    if constexpr (Outputs > 1) {
        if (done < outputs) {
            // Channels are mostly a multiple of 8: a tile for each smaller size would only cost compile time.
            gradient_column<Set, Float, (Outputs > 2 ? 2 : 1), Vectors>(grid, dweights, fan_in, count, outputs - done);
        }
    }
}

/// One segment of the window: `codes` contiguous weights of each of the `outputs` channels.
template <class Set, class Float>
void gradient_segment(GradientGrid<Float> grid, Float* dweights, std::ptrdiff_t fan_in, std::int32_t codes,
                      std::int32_t outputs) {
    constexpr int lanes = vector_lanes(Set{}, Float{});
    constexpr int tall = lanes * sizeof(Float) == 64 ? 8 : 4;
    while (codes > 0) {
        const std::int32_t vectors = (codes + lanes - 1) / lanes;
        // Four vectors are two and two: a single one is the worst tile.
        const std::int32_t taken = vectors == 4 ? 2 : vectors < 3 ? vectors : 3;
        if (taken == 3) {
            gradient_column<Set, Float, tall, 3>(grid, dweights, fan_in, codes, outputs);
        } else if (taken == 2) {
            gradient_column<Set, Float, tall, 2>(grid, dweights, fan_in, codes, outputs);
        } else {
            gradient_column<Set, Float, 8, 1>(grid, dweights, fan_in, codes, outputs);
        }
        codes -= taken * lanes;
        grid.codes += taken * lanes;
        dweights += taken * lanes;
    }
}

/// Pixels of small images that are taken together. Each pass reads and writes all of dweights, so more is better, until
/// the codes of three vectors leave the first cache.
inline constexpr std::int32_t gradient_block_pixels = 192;

/// Elements between the copies of two images; a little more than needed, so that equal positions of many images do not
/// share a cache set.
template <class Set, class Float>
[[nodiscard]] constexpr std::int64_t gradient_copy_size(const ConvolutionExtents& extents) {
    constexpr int lanes = GradientArithmetic<Set, Float>::codes_per_chunk;
    using Arithmetic = GradientArithmetic<Set, Float>;
    const std::int64_t needed = is_depthwise(extents)
                                    ? std::int64_t{rows_under(extents, extents.out.height)} *
                                          plan_for<Arithmetic>(extents).padded_width * extents.in.channels
                                    : copied_codes<Arithmetic, void>(extents, extents.out.height);
    return round_up(needed, lanes) + lanes;
}

/// Bytes of workspace of weight_gradient; a multiple of 64.
template <class Set, class Float>
[[nodiscard]] [[gnu::cold]] constexpr std::size_t weight_gradient_workspace_bytes(const ConvolutionExtents& extents) {
    const std::int64_t elements =
        gradient_copy_size<Set, Float>(extents) * images_per_block(extents.out, gradient_block_pixels);
    return memory_size(round_up(elements * static_cast<std::int64_t>(sizeof(Float)), 64));
}

/// Adds to dweights, canonical [out][kernel_height][kernel_width][in / groups], the gradient with respect to the
/// weights, summed over `images` consecutive images: codes [images][in.height][in.width][in.channels] of type uint8_t,
/// int8_t, int16_t, int32_t or a real type, dout [images][out.height][out.width][out.channels]; positions of the
/// padding hold its codes. The order of summation depends on extents, set and images only. `workspace` holds
/// weight_gradient_workspace_bytes, aligned to 64 bytes. G is grouping_of(extents), if known.
template <class Set, class Float, Grouping G = Grouping::any, class Code>
void weight_gradient(const ConvolutionExtents& extents, const Code* codes, const Float* dout, std::int64_t images,
                     Float* dweights, std::byte* workspace) {
    using Arithmetic = GradientArithmetic<Set, Float>;
    constexpr std::int32_t strip_pixels = 128;
    const ConvolutionPlan plan = plan_for<Arithmetic>(extents);
    const std::ptrdiff_t channels = extents.in.channels;
    const auto fan_in = static_cast<std::ptrdiff_t>(extents.fan_in());
    const auto copy_size = static_cast<std::ptrdiff_t>(gradient_copy_size<Set, Float>(extents));
    const std::int64_t block = images_per_block(extents.out, gradient_block_pixels);
    // Large images go in strips of rows whose codes stay in the first cache.
    const std::int32_t strip_rows = strip_pixels / extents.out.width;
    const std::int32_t strip = block > 1 ? extents.out.height : strip_rows > 0 ? strip_rows : 1;
    auto* const copy = reinterpret_cast<Float*>(workspace);

    GradientGrid<Float> grid{};
    grid.codes_image = copy_size;
    grid.dout_image = static_cast<std::ptrdiff_t>(extents.out.size());
    grid.dout_pixel = extents.out.channels;
    grid.dout_row = grid.dout_pixel * extents.out.width;
    grid.codes_pixel = plan.merged ? std::ptrdiff_t{plan.segment_chunks} * Arithmetic::codes_per_chunk
                                   : extents.stride_width * channels;
    grid.codes_row =
        plan.merged ? grid.codes_pixel * extents.out.width : extents.stride_height * plan.padded_width * channels;
    const std::ptrdiff_t segment_row = extents.dilation * plan.padded_width * channels;
    const std::ptrdiff_t segment_column = extents.dilation * channels;

    const auto strip_gradient = [&](const Float* strip_dout, const Float* strip_codes, std::int32_t count,
                                    std::int32_t rows, std::int32_t group) {
        GradientGrid<Float> tile = grid;
        tile.images = count;
        tile.rows = rows;
        tile.width = extents.out.width;
        tile.dout = strip_dout + group * plan.group_outputs;
        if (plan.merged) {
            tile.width *= rows;
            tile.rows = 1;
        } else {
            strip_codes += group * extents.channels_per_group();
        }
        if (plan.flat) {
            tile.width *= rows;
            tile.rows = 1;
        }
        if (tile.width == 1 && tile.rows == 1) {
            tile.width = count;
            tile.images = 1;
            tile.codes_pixel = grid.codes_image;
            tile.dout_pixel = grid.dout_image;
        }
        Float* to = dweights + group * plan.group_outputs * fan_in;
        for (std::int32_t i = 0; i < plan.segment_rows; ++i) {
            for (std::int32_t j = 0; j < plan.segment_columns; ++j) {
                tile.codes = strip_codes + i * segment_row + j * segment_column;
                gradient_segment<Set, Float>(tile, to, fan_in, plan.segment_codes, plan.group_outputs);
                to += plan.segment_codes;
            }
        }
    };
    for (std::int64_t first = 0; first < images; first += block) {
        const auto count = static_cast<std::int32_t>(images - first < block ? images - first : block);
        const Code* const from = codes + first * extents.in.size();
        const Float* const block_dout = dout + first * extents.out.size();
        if (G == Grouping::depthwise || plan.depthwise) {
            if constexpr (G != Grouping::mixed) {
                for (std::int32_t i = 0; i < count; ++i) {
                    copy_padded(extents, plan, from + i * extents.in.size(), 0, extents.out.height,
                                copy + i * copy_size);
                }
                depthwise_gradient<Set, Float>(extents,
                                               {.codes = copy,
                                                .dout = block_dout,
                                                .images = count,
                                                .codes_image = copy_size,
                                                .codes_row = grid.codes_row,
                                                .codes_pixel = grid.codes_pixel,
                                                .codes_tap = segment_column},
                                               segment_row, dweights);
            }
            continue;
        }
        for (std::int32_t group = 0; group < extents.groups; ++group) {
            for (std::int32_t i = 0; i < count && (plan.merged || group == 0); ++i) {
                const Code* const image = from + i * extents.in.size();
                if (plan.merged) {
                    copy_windows(extents, image, group * extents.channels_per_group(), 0, extents.out.height,
                                 grid.codes_pixel, copy + i * copy_size);
                } else {
                    copy_padded(extents, plan, image, 0, extents.out.height, copy + i * copy_size);
                }
            }
            for (std::int32_t row = 0; row < extents.out.height; row += strip) {
                const std::int32_t rows = extents.out.height - row < strip ? extents.out.height - row : strip;
                strip_gradient(block_dout + row * grid.dout_row, copy + row * grid.codes_row, count, rows, group);
            }
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
