// The transforms of Winograd's F(2x2, 3x3), without fractions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/array.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/portable.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

inline constexpr std::int32_t tile_places = 16;  ///< of a 4x4 tile of codes, row by row
inline constexpr std::int32_t tile_pixels = 4;   ///< of a 2x2 tile of outputs
using WinogradPlaces = Array<std::int32_t, tile_places>;

/// What the transformed codes of a type have more at a place: bytes 128, where they may be negative. Only the sums of
/// both transforms never are.
template <class Code>
[[nodiscard]] constexpr std::int32_t offset_of(std::int32_t place) {
    return std::is_same_v<Code, std::uint8_t> && place != 5 ? 128 : 0;
}

/// Four of anything.
template <class T>
struct Four {
    T v0, v1, v2, v3;
};
/// The transform of codes, in one direction.
template <class T>
INTAGLIO_INLINE constexpr Four<T> transform_codes(const Four<T>& d) {
    return {static_cast<T>(d.v0 - d.v2), static_cast<T>(d.v1 + d.v2), static_cast<T>(d.v2 - d.v1),
            static_cast<T>(d.v1 - d.v3)};
}

/// Twice the transform of the weights of a row or a column.
INTAGLIO_INLINE constexpr Four<std::int32_t> transform_three(std::int32_t a, std::int32_t b, std::int32_t c) {
    return {2 * a, a + b + c, a - b + c, 2 * c};
}
/// The inverse: the weight in the middle.
INTAGLIO_INLINE constexpr std::int32_t middle_of(std::int32_t a, std::int32_t sum, std::int32_t c) {
    return sum - a - c;
}

/// Four times the transform of weights that lie so far apart.
[[nodiscard]] constexpr WinogradPlaces transform_weights(const std::int8_t* weights, std::ptrdiff_t distance) {
    std::int32_t columns[4][3] = {};
    for (int x = 0; x < 3; ++x) {
        const Four<std::int32_t> column =
            transform_three(weights[x * distance], weights[(3 + x) * distance], weights[(6 + x) * distance]);
        columns[0][x] = column.v0;
        columns[1][x] = column.v1;
        columns[2][x] = column.v2;
        columns[3][x] = column.v3;
    }
    WinogradPlaces places{};
    for (std::size_t y = 0; y < 4; ++y) {
        const Four<std::int32_t> row = transform_three(columns[y][0], columns[y][1], columns[y][2]);
        places[4 * y] = row.v0;
        places[4 * y + 1] = row.v1;
        places[4 * y + 2] = row.v2;
        places[4 * y + 3] = row.v3;
    }
    return places;
}
/// The inverse.
constexpr void restore_weights(const WinogradPlaces& places, std::int8_t* weights, std::ptrdiff_t distance) {
    std::int32_t columns[3][3] = {};  // twice the transforms of the first and the last row, and their sum
    for (std::size_t i = 0; i < 3; ++i) {
        const std::size_t y = i == 2 ? 3 : i;
        columns[i][0] = places[4 * y] / 2;
        columns[i][2] = places[4 * y + 3] / 2;
        columns[i][1] = middle_of(columns[i][0], places[4 * y + 1], columns[i][2]);
    }
    for (int x = 0; x < 3; ++x) {
        const std::int32_t top = columns[0][x] / 2;
        const std::int32_t bottom = columns[2][x] / 2;
        weights[x * distance] = static_cast<std::int8_t>(top);
        weights[(3 + x) * distance] = static_cast<std::int8_t>(middle_of(top, columns[1][x], bottom));
        weights[(6 + x) * distance] = static_cast<std::int8_t>(bottom);
    }
}

/// The transform of sums to the output pixels of a tile, four times as large.
template <class Set, class Vector>
INTAGLIO_INLINE Array<Vector, tile_pixels> transform_sums(Set set, const Array<Vector, tile_places>& sums) {
    Array<Vector, 4> upper;
    Array<Vector, 4> lower;
    INTAGLIO_UNROLLED (i, 4) {
        const auto x = static_cast<std::size_t>(i);
        upper[x] = add_int32(set, add_int32(set, sums[x], sums[4 + x]), sums[8 + x]);
        lower[x] = subtract_int32(set, subtract_int32(set, sums[4 + x], sums[8 + x]), sums[12 + x]);
    }
    Array<Vector, tile_pixels> pixels;
    pixels[0] = add_int32(set, add_int32(set, upper[0], upper[1]), upper[2]);
    pixels[1] = subtract_int32(set, subtract_int32(set, upper[1], upper[2]), upper[3]);
    pixels[2] = add_int32(set, add_int32(set, lower[0], lower[1]), lower[2]);
    pixels[3] = subtract_int32(set, subtract_int32(set, lower[1], lower[2]), lower[3]);
    return pixels;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
