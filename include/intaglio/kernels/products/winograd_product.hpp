// Exact convolutions of 3x3 by Winograd's minimal filtering F(2x2, 3x3): Lavin, Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2015.
//
// Four output pixels of a tile take 16 products of an input channel in place of 36: the 4x4 codes under the tile and
// the 3x3 weights are transformed by sums and differences, multiplied place by place, and the sums transformed back.
// Weights are transformed without the halves of the paper: all numbers are integers, and a total is four times too
// large, which one exact shift undoes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/array.hpp"
#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/kernels/product.hpp"
#include "intaglio/kernels/product_kernel.hpp"
#include "intaglio/kernels/products/bytes.hpp"
#include "intaglio/kernels/products/small_bytes.hpp"
#include "intaglio/kernels/products/winograd_tiles.hpp"
#include "intaglio/kernels/products/winograd_transforms.hpp"
#include "intaglio/kernels/products/words.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Where the packed weights lie: [panel of two vectors of output channels][place][chunk][vector][lane][code of the
/// chunk], each panel ends with [output pixel of a tile][vector][lane], numbers that are added to totals. The last
/// panel may be one vector wide.
template <class Arithmetic>
struct WinogradLayout {
    static constexpr std::int64_t lanes = Arithmetic::lanes;
    static constexpr std::int64_t per_chunk = Arithmetic::codes_per_chunk;
    static constexpr std::int64_t numbers = tile_pixels * 4 / static_cast<int>(sizeof(typename Arithmetic::Weight));

    std::int64_t chunks;   ///< of one place
    std::int64_t vectors;  ///< of output channels

    constexpr explicit WinogradLayout(const ConvolutionExtents& e)
        : chunks(e.in.channels / per_chunk), vectors(round_up(e.out.channels, lanes) / lanes) {}

    [[nodiscard]] constexpr std::int64_t vector_size() const {
        return lanes * (tile_places * chunks * per_chunk + numbers);
    }
    [[nodiscard]] constexpr std::int64_t columns(std::int64_t vector) const {
        return vector / panel_vectors * panel_vectors + 1 < vectors ? panel_vectors : 1;
    }
    [[nodiscard]] constexpr std::int64_t panel(std::int64_t vector) const {
        return vector / panel_vectors * panel_vectors * vector_size();
    }
    [[nodiscard]] constexpr std::int64_t weight(std::int32_t output, std::int32_t place, std::int32_t channel) const {
        const std::int64_t vector = output / lanes;
        const std::int64_t chunk = place * chunks + channel / per_chunk;
        const std::int64_t lane = (chunk * columns(vector) + vector % panel_vectors) * lanes + output % lanes;
        return panel(vector) + lane * per_chunk + channel % per_chunk;
    }
    /// In bytes.
    [[nodiscard]] constexpr std::int64_t number(std::int32_t output, std::int32_t pixel) const {
        const std::int64_t vector = output / lanes;
        const std::int64_t weights = panel(vector) + tile_places * chunks * columns(vector) * lanes * per_chunk;
        const std::int64_t lane = (pixel * columns(vector) + vector % panel_vectors) * lanes + output % lanes;
        return weights * static_cast<std::int64_t>(sizeof(typename Arithmetic::Weight)) + 4 * lane;
    }
    [[nodiscard]] constexpr std::int64_t bytes() const {
        return vectors * vector_size() * static_cast<std::int64_t>(sizeof(typename Arithmetic::Weight));
    }
};

/// See ProductKernel. Transformed codes of the arithmetic are unsigned bytes, 128 more than they are where they may be
/// negative, or words.
template <template <class Set> class ArithmeticOn, class CodeOfImage>
struct WinogradProduct {
    static constexpr const char* name = "winograd";
    using Code = CodeOfImage;
    static constexpr std::int32_t row_multiple = 2;  ///< output rows of a tile
    template <class Set>
    using Arithmetic = ArithmeticOn<Set>;
    template <class Set>
    using Layout = WinogradLayout<Arithmetic<Set>>;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        const ConvolutionExtents& e = facts.extents;
        if (int32_lanes(Set{}) == 1) return "the set has no vectors";
        if (e.kernel_height != 3 || e.kernel_width != 3) return "the window is not 3x3";
        if (e.stride_height != 1 || e.stride_width != 1 || e.dilation != 1) return "there are strides or dilations";
        if (e.groups != 1 || e.in.channels % Layout<Set>::per_chunk != 0) return "channels do not fill chunks";
        constexpr bool is_byte = std::is_same_v<Code, std::uint8_t>;
        if (facts.storage != (is_byte ? Storage::uint8 : Storage::int16)) return "codes have another type";
        const std::int64_t weight = largest_weight(facts);
        const std::int64_t code = -facts.codes.lowest > facts.codes.highest ? -facts.codes.lowest : facts.codes.highest;
        // Codes grow fourfold, weights ninefold.
        if (4 * code > (is_byte ? 255 : 32767) || 2 * code + 128 > (is_byte ? 255 : 32767)) return "codes are too high";
        if (9 * weight > (is_byte ? 127 : 32767)) return "weights are too large";
        const std::int64_t highest = 4 * code > 2 * code + 128 ? 4 * code : 2 * code + 128;
        if (is_byte && 2 * highest * 9 * weight > 32767) return too_large_for_16_bits;
        return 4 * code * weight * e.fan_in() <= INT32_MAX ? nullptr : "four times the sums do not fit 32 bits";
    }
    /// Products of whole groups of tiles; transforms take twelve times as long as packing a code to a bit.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        const ConvolutionExtents& e = facts.extents;
        const std::int32_t product = sizeof(typename Arithmetic<Set>::Weight) == 2 ? profile.word_product
                                     : has_byte_dot_product(Set{})                 ? profile.byte_product
                                                                                   : profile.small_byte_product;
        const std::int64_t tiles = tiles_of(e.out.height, e.out.width);
        const std::int64_t outputs = round_up(e.out.channels, Layout<Set>::lanes);
        return cost_of(round_up(tiles, 4) * tile_places * e.in.channels * outputs, product) +
               cost_of(tiles * (e.in.channels * tile_places + outputs * tile_pixels),
                       std::int64_t{12} * profile.packed_code) +
               reading_cost(profile, Layout<Set>(e).bytes(), facts.batch);
    }
    template <class Set>
    [[nodiscard]] static constexpr std::size_t weight_bytes(const ConvolutionExtents& extents) {
        return memory_size(round_up(Layout<Set>(extents).bytes(), 64));
    }
    template <class Set>
    static void pack_weights(const ConvolutionExtents& extents, const std::int8_t* weights, std::byte* packed) {
        using Weight = typename Arithmetic<Set>::Weight;
        const Layout<Set> layout(extents);
        const std::int32_t channels = extents.in.channels;
        auto* const to = reinterpret_cast<Weight*>(packed);
        fill_zero(packed, static_cast<std::int64_t>(weight_bytes<Set>(extents)));
        for (std::int32_t output = 0; output < extents.out.channels; ++output, weights += 9 * channels) {
            WinogradPlaces sums{};
            for (std::int32_t c = 0; c < channels; ++c) {
                const WinogradPlaces transformed = transform_weights(weights + c, channels);
                for (std::int32_t place = 0; place < tile_places; ++place) {
                    const std::int32_t weight = transformed[static_cast<std::size_t>(place)];
                    to[layout.weight(output, place, c)] = static_cast<Weight>(weight);
                    sums[static_cast<std::size_t>(place)] -=
                        offset_of<typename Arithmetic<Set>::Stored>(place) * weight;
                }
            }
            const auto numbers = transform_sums(simd::Portable{}, sums);
            for (std::int32_t pixel = 0; pixel < tile_pixels; ++pixel) {
                __builtin_memcpy(packed + layout.number(output, pixel), &numbers[static_cast<std::size_t>(pixel)], 4);
            }
        }
    }
    template <class Set>
    static void unpack_weights(const ConvolutionExtents& extents, const std::byte* packed, std::int8_t* weights) {
        const Layout<Set> layout(extents);
        const std::int32_t channels = extents.in.channels;
        const auto* const from = reinterpret_cast<const typename Arithmetic<Set>::Weight*>(packed);
        for (std::int32_t output = 0; output < extents.out.channels; ++output, weights += 9 * channels) {
            for (std::int32_t c = 0; c < channels; ++c) {
                WinogradPlaces places{};
                for (std::int32_t place = 0; place < tile_places; ++place) {
                    places[static_cast<std::size_t>(place)] = from[layout.weight(output, place, c)];
                }
                restore_weights(places, weights + c, channels);
            }
        }
    }

    /// The image with its padding, transformed codes, and the sums of some tiles.
    template <class Set, class In>
    [[nodiscard]] static constexpr std::size_t workspace_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
        using Stored = typename Arithmetic<Set>::Stored;
        const std::int64_t codes = std::int64_t{tiles_of(rows, extents.out.width)} * tile_places * extents.in.channels;
        return memory_size(copy_bytes(extents, rows) + round_up(codes * static_cast<std::int64_t>(sizeof(Stored)), 64) +
                           sums_bytes<Set>(extents));
    }
    template <class Set, Grouping, class In>
    static void multiply_rows(const ConvolutionExtents& extents, const In* image, std::int32_t first_row,
                              std::int32_t rows, const std::byte* packed, std::int32_t* accumulators,
                              std::byte* workspace) {
        multiply_panels<Set>(extents, image, {.first_row = first_row, .rows = rows}, packed, {.sums = accumulators},
                             workspace);
    }
    template <class Set>
    [[nodiscard]] static constexpr std::int32_t panel_channels(const ConvolutionExtents& extents) {
        const std::int64_t vectors = Layout<Set>(extents).vectors;
        return static_cast<std::int32_t>((vectors < panel_vectors ? vectors : panel_vectors) * Layout<Set>::lanes);
    }
    template <class Set>
    [[nodiscard]] static constexpr std::ptrdiff_t panel_bytes(const ConvolutionExtents& extents) {
        return static_cast<std::ptrdiff_t>(panel_channels<Set>(extents) / Layout<Set>::lanes *
                                           Layout<Set>(extents).vector_size()) *
               static_cast<std::ptrdiff_t>(sizeof(typename Arithmetic<Set>::Weight));
    }
    template <class Set>
    static void multiply_panels(const ConvolutionExtents& extents, const Code* image, const RowBlock& block,
                                const std::byte* packed, const ProductOutput<std::int32_t>& output,
                                std::byte* workspace) {
        using Stored = typename Arithmetic<Set>::Stored;
        auto* const sums = reinterpret_cast<std::int32_t*>(workspace);
        auto* const copy = reinterpret_cast<Code*>(workspace + sums_bytes<Set>(extents));
        auto* const codes =
            reinterpret_cast<Stored*>(workspace + sums_bytes<Set>(extents) + copy_bytes(extents, block.rows));
        const WinogradTiles tiles(extents, block);
        for (std::int32_t i = 0; i < block.images; ++i) {
            const ConvolutionPlan plan = plan_convolution(extents, 1, 1, false);
            copy_padded(extents, plan, image + i * extents.in.size(), block.first_row, block.rows, copy);
            tiles.transform_image<Set>(copy, i, codes);
        }
        const Layout<Set> layout(extents);
        const std::int32_t panel = panel_channels<Set>(extents);
        const std::int32_t pitch = output.take == nullptr ? extents.out.channels : panel;
        for (std::int32_t first = 0; first < extents.out.channels; first += panel) {
            const std::int64_t vector = first / Layout<Set>::lanes;
            const auto* const weights =
                reinterpret_cast<const typename Arithmetic<Set>::Weight*>(packed) + layout.panel(vector);
            const std::int32_t left = extents.out.channels - first;
            std::int32_t* const to = output.sums + (output.take == nullptr ? first : 0);
            const std::int32_t stored = output.take == nullptr && left < panel ? left : panel;
            if (layout.columns(vector) == 2) {
                multiply_panel<Set, 2>(tiles, layout.chunks, codes, weights, sums, to, pitch, stored);
            } else {
                const auto lanes = static_cast<std::int32_t>(Layout<Set>::lanes);
                multiply_panel<Set, 1>(tiles, layout.chunks, codes, weights, sums, to, pitch,
                                       stored < lanes ? stored : lanes);
            }
            if (output.take != nullptr) {
                output.take(output.taker, {output.sums, std::int64_t{block.images} * block.rows * extents.out.width,
                                           pitch, first, left < panel ? left : panel});
            }
        }
    }

  private:
    [[nodiscard]] static constexpr std::int64_t copy_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
        const std::int64_t pixels = std::int64_t{rows_under(extents, rows)} * (extents.out.width + 2);
        return round_up(pixels * extents.in.channels * static_cast<std::int64_t>(sizeof(Code)), 64);
    }
    /// Tiles that are multiplied before they are transformed back: their sums stay in the first cache.
    template <class Set>
    static constexpr std::int32_t tiles_together = 4 * tile_groups(Set{}, panel_vectors);
    template <class Set>
    [[nodiscard]] static constexpr std::int64_t sums_bytes(const ConvolutionExtents& extents) {
        return std::int64_t{tile_places} * tiles_together<Set> * panel_channels<Set>(extents) * 4;
    }

    /// All tiles by one panel of `Columns` vectors of output channels, of which `channels` are stored.
    template <class Set, int Columns>
    static void multiply_panel(const WinogradTiles& tiles, std::int64_t chunks,
                               const typename Arithmetic<Set>::Stored* codes,
                               const typename Arithmetic<Set>::Weight* weights, std::int32_t* sums, std::int32_t* to,
                               std::int32_t pitch, std::int32_t channels) {
        constexpr std::int32_t width = Columns * Arithmetic<Set>::lanes;
        const ConvolutionPlan plan{.segment_chunks = static_cast<std::int32_t>(chunks), .packed_chunks = chunks};
        const std::int64_t place_codes = std::int64_t{tiles.count} * tiles.channels;
        const std::int64_t place_weights = chunks * width * Arithmetic<Set>::codes_per_chunk;
        const auto* const numbers = reinterpret_cast<const std::int32_t*>(weights + tile_places * place_weights);
        constexpr std::int32_t most = tiles_together<Set>;
        for (std::int32_t first = 0; first < tiles.count; first += most) {
            const std::int32_t together = tiles.count - first < most ? tiles.count - first : most;
            ProductGrid<Arithmetic<Set>> grid{.input = codes + std::int64_t{first} * tiles.channels, .output = sums};
            grid.width = together;
            grid.input_pixel = tiles.channels;
            grid.output_pixel = width;
            for (std::int32_t place = 0; place < tile_places; ++place) {
                product_panel<Arithmetic<Set>, Columns>(plan, grid, weights + place * place_weights, width);
                grid.input += place_codes;
                grid.output += most * width;
            }
            for (std::int32_t i = 0; i < together; ++i) {
                tiles.transform_back<Set, Columns, most * width>(sums + i * width, numbers, first + i, to, pitch,
                                                                 channels);
            }
        }
    }
};

/// That of the kernel of bytes where it is as fast, whose code is there anyway.
template <class Set>
using WinogradByteArithmetic =
    std::conditional_t<has_byte_dot_product(Set{}), ByteDotArithmetic<Set>, SmallByteArithmetic<Set>>;

/// Legal for codes and weights whose transforms are bytes: of 0 ... 63 and of at most 14.
using WinogradByteProduct = WinogradProduct<WinogradByteArithmetic, std::uint8_t>;
/// Legal for codes of 16 bits whose transforms are words.
using WinogradWordProduct = WinogradProduct<WordArithmetic, std::int16_t>;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
