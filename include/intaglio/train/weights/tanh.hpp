// A hyperbolic tangent that decides codes: libraries differ in the last bits of theirs.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/steps/strict_floats.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train::detail {

/// exp(r) - 1 for |r| <= 0.35, by its series.
inline double small_expm1(double r) {
    const double square = product(r, r);
    double even = 1.0 / 479001600;  // 1 / 12!
    double odd = 1.0 / 6227020800;  // 1 / 13!
    constexpr double even_factors[] = {1.0 / 3628800, 1.0 / 40320, 1.0 / 720, 1.0 / 24, 1.0 / 2};
    constexpr double odd_factors[] = {1.0 / 39916800, 1.0 / 362880, 1.0 / 5040, 1.0 / 120, 1.0 / 6};
    for (int i = 0; i < 5; ++i) {
        even = sum(even_factors[i], product(even, square));
        odd = sum(odd_factors[i], product(odd, square));
    }
    return sum(r, product(square, sum(even, product(odd, r))));
}

/// tanh(x) = m / (m + 2) with m = exp(2 |x|) - 1 and the sign of x; off by less than 4 units of the last place, and the
/// same from every compiler and library. Of NaN it is NaN.
inline double tanh(double x) {
    const double twice = 2 * std::fabs(x);
    if (!(twice < 40)) return x < 0 ? -1 : x > 0 ? 1 : x;
    // twice = k ln 2 + r; the high part of ln 2 has 33 bits, so that its multiples are exact.
    constexpr double ln2_high = 0x1.62e42fee00000p-1;
    constexpr double ln2_low = 0x1.a39ef35793c76p-33;
    const auto k = static_cast<std::int64_t>(sum(product(twice, 1.4426950408889634), 0.5));
    const auto turns = static_cast<double>(k);
    const double r = difference(difference(twice, product(turns, ln2_high)), product(turns, ln2_low));
    const auto power = std::bit_cast<double>((k + 1023) << 52);  // 2^k
    const double m = sum(product(power, small_expm1(r)), difference(power, 1));
    const double size = quotient(m, sum(m, 2));
    return x < 0 ? -size : size;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train::detail
