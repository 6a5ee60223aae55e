// Divisions as multiplier, addend and shift, exact for every number of a range: integers alone.
#pragma once

#include <bit>
#include <cstdint>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Multiplier, addend and shift of one channel: code = clamp((acc * multiplier + addend) >> shift).
struct Dyadic {
    std::int32_t multiplier = 0;
    std::int64_t addend = 0;
    std::uint8_t shift = 1;
};

/// The function floor((factor a + constant) / divisor), 0 < divisor < 2^31, |factor| < 2^31, |constant| < 2^60.
struct IntegerRatio {
    std::int64_t factor = 0;
    std::int64_t divisor = 1;
    std::int64_t constant = 0;
};

namespace detail {

constexpr std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}
constexpr std::int64_t ceil_quotient(std::int64_t a, std::int64_t b) {
    return -floor_quotient(-a, b);
}

struct Quotient {
    std::int64_t whole;
    std::int64_t rest;
};
/// x * 2^shift / divisor for x >= 0, a divisor below 2^31 and a quotient below 2^62.
constexpr Quotient shifted_quotient(std::int64_t x, int shift, std::int64_t divisor) {
    Quotient result{x / divisor, x % divisor};
    while (shift > 0) {
        const int bits = shift < 31 ? shift : 31;
        const std::int64_t shifted = result.rest << bits;
        result = {(result.whole << bits) + shifted / divisor, shifted % divisor};
        shift -= bits;
    }
    return result;
}

/// The part of `range` in which the codes lie that `codes` does not clamp, and one number more on each side; `factor`
/// is positive.
constexpr CodeRange unclamped(const IntegerRatio& ratio, CodeRange range, CodeRange codes) {
    const std::int64_t first = floor_quotient(codes.lowest * ratio.divisor - ratio.constant, ratio.factor) - 1;
    const std::int64_t last = floor_quotient((codes.highest + 1) * ratio.divisor - ratio.constant, ratio.factor) + 1;
    const auto inside = [&](std::int64_t a) {
        return a < range.lowest ? range.lowest : a > range.highest ? range.highest : a;
    };
    return {inside(first), inside(last)};
}

}  // namespace detail

/// Whether a multiplier of at most `bits` bits computes the ratio for every number in `range`, apart from what `codes`
/// clamps; then `result` is it. With m = factor 2^s / divisor + e / divisor, |e| <= divisor / 2, the codes are right if
/// the numbers e a + d of all a, d the excess of the addend, lie in 0 ... 2^s - 1: the values of the ratio lie
/// 1 / divisor apart. So it is always possible if (highest - lowest) |factor| < 2^bits - 2 |factor|.
constexpr bool divide_exactly(const IntegerRatio& ratio, CodeRange range, CodeRange codes, int bits, Dyadic& result) {
    if (ratio.factor == 0) return false;
    if (ratio.factor < 0) {  // the same function of -a
        const IntegerRatio mirrored{-ratio.factor, ratio.divisor, ratio.constant};
        const bool found = divide_exactly(mirrored, {-range.highest, -range.lowest}, codes, bits, result);
        result.multiplier = -result.multiplier;
        return found;
    }
    const std::int64_t q = ratio.divisor;
    const CodeRange a = detail::unclamped(ratio, range, codes);
    const std::int64_t whole = detail::floor_quotient(ratio.constant, q);
    const std::int64_t magnitude = whole < 0 ? -whole : whole;
    const int most_bits = bits + 1 + static_cast<int>(std::bit_width(static_cast<std::uint64_t>(q))) -
                          static_cast<int>(std::bit_width(static_cast<std::uint64_t>(ratio.factor)));
    for (int shift = most_bits < 61 ? most_bits : 61; shift >= 1; --shift) {
        if (magnitude >> (60 - (shift < 60 ? shift : 60)) != 0) continue;
        const detail::Quotient m = detail::shifted_quotient(ratio.factor, shift, q);
        const std::int64_t multiplier = m.whole + (2 * m.rest >= q ? 1 : 0);
        if (multiplier >> bits != 0) continue;
        const std::int64_t e = multiplier == m.whole ? -m.rest : q - m.rest;
        const std::int64_t at_lowest = e * a.lowest;
        const std::int64_t at_highest = e * a.highest;
        const std::int64_t least = at_lowest < at_highest ? at_lowest : at_highest;
        const std::int64_t most = at_lowest < at_highest ? at_highest : at_lowest;
        const detail::Quotient c = detail::shifted_quotient(ratio.constant - whole * q, shift, q);
        const std::int64_t raise = detail::ceil_quotient(c.rest - least, q);
        const std::int64_t excess = raise * q - c.rest;
        if (most + excess >= std::int64_t{1} << shift) continue;
        result.multiplier = static_cast<std::int32_t>(multiplier);
        result.addend = whole * (std::int64_t{1} << shift) + c.whole + raise;
        result.shift = static_cast<std::uint8_t>(shift);
        return true;
    }
    return false;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
