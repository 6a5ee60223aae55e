// The tiles of Winograd's F(2x2, 3x3): codes into them, sums out of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/product_output.hpp"
#include "intaglio/kernels/products/winograd_transforms.hpp"
#include "intaglio/simd/lanes.hpp"
#include "intaglio/simd/portable.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Tiles of 2x2 output pixels; the last ones may reach over.
[[nodiscard]] constexpr std::int32_t tiles_of(std::int32_t rows, std::int32_t width) {
    return (rows + 1) / 2 * ((width + 1) / 2);
}

/// The transform of the codes of a tile, all channels of it: codes lie in these rows and columns, and those of a place
/// go `place_size` behind those of the place before.
template <class Set, class Stored>
void transform_tile(const Stored* codes, Four<std::ptrdiff_t> rows, Four<std::ptrdiff_t> columns, std::int32_t channels,
                    Stored* to, std::ptrdiff_t place_size) {
    simd::cover_twice<Stored, simd::code_lanes<Set, Stored>>(
        channels, [&](auto lanes, std::int32_t c) __attribute__((always_inline)) {
            constexpr int count = decltype(lanes)::value;
            using Vector = simd::Lanes<Stored, count>;
            const Vector offset = Vector{} + static_cast<Stored>(offset_of<Stored>(0));
            const Stored* const from = codes + c;
            const auto load_column = [&](std::ptrdiff_t x) __attribute__((always_inline)) {
                return transform_codes<Vector>(
                    {simd::load_lanes<count>(from + rows.v0 + x), simd::load_lanes<count>(from + rows.v1 + x),
                     simd::load_lanes<count>(from + rows.v2 + x), simd::load_lanes<count>(from + rows.v3 + x)});
            };
            const auto store_row = [&](int y, const Four<Vector>& row) __attribute__((always_inline)) {
                const Four<Vector> places = transform_codes<Vector>(row);
                Stored* const at = to + 4 * y * place_size + c;
                simd::store_lanes(at, static_cast<Vector>(places.v0 + offset));
                const Vector sums = y == 1 ? places.v1 : static_cast<Vector>(places.v1 + offset);
                simd::store_lanes(at + place_size, sums);
                simd::store_lanes(at + 2 * place_size, static_cast<Vector>(places.v2 + offset));
                simd::store_lanes(at + 3 * place_size, static_cast<Vector>(places.v3 + offset));
            };
            const Four<Vector> c0 = load_column(columns.v0);
            const Four<Vector> c1 = load_column(columns.v1);
            const Four<Vector> c2 = load_column(columns.v2);
            const Four<Vector> c3 = load_column(columns.v3);
            store_row(0, {c0.v0, c1.v0, c2.v0, c3.v0});
            store_row(1, {c0.v1, c1.v1, c2.v1, c3.v1});
            store_row(2, {c0.v2, c1.v2, c2.v2, c3.v2});
            store_row(3, {c0.v3, c1.v3, c2.v3, c3.v3});
        });
}

/// The tiles of a block of output rows of some images. Transformed codes are [place][tile][channel].
struct WinogradTiles {
    std::int32_t rows;
    std::int32_t width;
    std::int32_t channels;
    std::int32_t across;
    std::int32_t of_image;
    std::int32_t count;

    WinogradTiles(const ConvolutionExtents& extents, const RowBlock& block)
        : rows(block.rows),
          width(extents.out.width),
          channels(extents.in.channels),
          across((extents.out.width + 1) / 2),
          of_image(tiles_of(block.rows, extents.out.width)),
          count(of_image * block.images) {}

    /// Transforms the tiles of an image, which is copied with its padding: width + 2 pixels to a row. What lies under
    /// output pixels that do not exist is the last row or column.
    template <class Set, class Stored>
    void transform_image(const Stored* copy, std::int32_t image, Stored* codes) const {
        const std::ptrdiff_t row_size = std::ptrdiff_t{width + 2} * channels;
        const auto row = [&](std::int32_t y) { return (y < rows + 2 ? y : rows + 1) * row_size; };
        const auto column = [&](std::int32_t x) { return std::ptrdiff_t{x < width + 2 ? x : width + 1} * channels; };
        Stored* to = codes + std::ptrdiff_t{image} * of_image * channels;
        for (std::int32_t y = 0; y < rows; y += 2) {
            const Four<std::ptrdiff_t> under{row(y), row(y + 1), row(y + 2), row(y + 3)};
            for (std::int32_t x = 0; x < width; x += 2, to += channels) {
                transform_tile<Set>(copy, under, {column(x), column(x + 1), column(x + 2), column(x + 3)}, channels, to,
                                    std::ptrdiff_t{count} * channels);
            }
        }
    }

    /// Transforms the sums of a tile back, which lie PlaceSize behind those of the place before, and stores them for
    /// `stored` output channels; `numbers` are added to what is four times too large.
    template <class Set, int Columns, std::int32_t PlaceSize>
    void transform_back(const std::int32_t* sums, const std::int32_t* numbers, std::int32_t tile, std::int32_t* to,
                        std::int32_t pitch, std::int32_t stored) const {
        constexpr Set set{};
        constexpr std::int32_t lanes = int32_lanes(set);
        const std::int32_t image = tile / of_image;
        const std::int32_t within = tile % of_image;
        const std::int32_t y = within / across * 2;
        const std::int32_t x = within % across * 2;
        to += ((std::int64_t{image} * rows + y) * width + x) * pitch;
        const bool has_right = x + 1 < width;
        const bool has_below = y + 1 < rows;
        const std::ptrdiff_t right = pitch;
        const std::ptrdiff_t below = std::ptrdiff_t{width} * pitch;
        for (std::int32_t first = 0; first < Columns * lanes && first < stored; first += lanes) {
            Array<decltype(zero_int32(set)), tile_places> places;
            INTAGLIO_UNROLLED (place, tile_places) {
                places[static_cast<std::size_t>(place)] = load_int32(set, sums + place * PlaceSize + first);
            }
            const auto pixels = transform_sums(set, places);
            const auto store_pixel = [&](int pixel, std::int32_t* at) __attribute__((always_inline)) {
                const auto more = load_int32(set, numbers + pixel * Columns * lanes + first);
                const auto sum = add_int32(set, pixels[static_cast<std::size_t>(pixel)], more);
                const auto total = shift_right_int32(set, sum, 2);
                if (stored - first >= lanes) {
                    store(set, at, total);
                } else {
                    store_first(set, at, total, stored - first);
                }
            };
            store_pixel(0, to + first);
            if (has_right) store_pixel(1, to + right + first);
            if (has_below) store_pixel(2, to + below + first);
            if (has_right && has_below) store_pixel(3, to + below + right + first);
        }
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
