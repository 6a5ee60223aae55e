// The numbers that all workers compute with: the same ones on both sides, so that results can be compared.
#pragma once

#include <bit>
#include <cstdint>

namespace peers {

inline constexpr std::int32_t highest_weight = 127;  ///< 8-bit weights are -127 ... 127
inline constexpr std::int32_t highest_code = 255;

/// Number `index` of the series `series`, within lowest ... highest.
inline std::int32_t number(std::uint64_t series, std::uint64_t index, std::int32_t lowest, std::int32_t highest) {
    std::uint64_t mixed = (series + 1) * 0x9e3779b97f4a7c15U + index * 0xd1342543de82ef95U;
    mixed = (mixed ^ (mixed >> 31)) * 0xbf58476d1ce4e5b9U;
    mixed ^= mixed >> 29;
    return lowest + static_cast<std::int32_t>((mixed >> 8) % static_cast<std::uint64_t>(highest - lowest + 1));
}

/// Series of the input and of the weights of a layer.
inline constexpr std::uint64_t input_series = 1000;
constexpr std::uint64_t weight_series(std::size_t layer) {
    return layer;
}

/// Right shift of the step behind a sum of `terms` products, such that its codes are spread over 0 ... highest.
constexpr std::int32_t step_shift(std::int64_t terms, std::int32_t weight, std::int32_t highest_in,
                                  std::int32_t highest_out) {
    // Sums of random products grow with the square root of their number.
    std::int64_t root = 1;
    while (root * root < terms) ++root;
    const std::int64_t spread = root * weight * highest_in / 2 / highest_out;
    return spread < 2 ? 1 : static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(spread)) - 1);
}

}  // namespace peers
