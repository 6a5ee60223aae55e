// Steps as thresholds, one for each middle between two codes.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/steps/affine.hpp"
#include "intaglio/train/steps/exact_sum.hpp"
#include "intaglio/train/steps/strict_floats.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

/// A whole number as an integer, clamped to [lowest, highest].
inline std::int64_t clamp(double rounded, std::int64_t lowest, std::int64_t highest) {
    if (rounded <= static_cast<double>(lowest)) return lowest;
    if (rounded >= static_cast<double>(highest)) return highest;
    return static_cast<std::int64_t>(rounded);
}

/// Whether the exact value at an accumulator is at least middle / (2 denominator).
inline bool reaches(const Affine& affine, std::int64_t accumulator, std::int64_t middle, std::int64_t denominator) {
    const bool known = affine.denominator != 0;
    // Numbers so large that their products overflow are far from every middle, or leave each other their last places.
    constexpr double large = 0x1p700;
    const double scale = std::fabs(affine.slope) > large || std::fabs(affine.offset) > large ? 0x1p-300 : 1.0;
    const std::int64_t divisor = known ? affine.denominator : 1;
    ExactSum sum;
    sum.add(scale * (known ? affine.numerator : affine.slope), 2 * denominator, accumulator);
    sum.add(scale * affine.offset, 2 * denominator, divisor);
    sum.add(-scale, middle, divisor);
    return sum.sign() >= 0;
}

}  // namespace detail

/// Thresholds of one channel: code = lowest + number of m with (acc ^ flip) >= threshold[m]. Position m is the smallest
/// accumulator at or above (b_m - offset) / slope, where value b_m = (lowest + m + 1/2) / denominator is the middle
/// between two codes; where neighbouring codes lie `code_spacing` apart, as many thresholds share their middle. For a
/// negative slope the largest at or below; everywhere or nowhere if the slope is 0. Exact for the numbers of `affine`.
/// `stride` is the distance of thresholds of one channel. Throws std::runtime_error if the affine is not finite.
inline void make_thresholds(const Affine& affine, CodeRange accumulator, CodeRange codes, std::int64_t denominator,
                            std::int32_t* thresholds, std::size_t stride, std::int32_t& flip,
                            std::int64_t code_spacing = 1) {
    detail::require_finite(affine);
    flip = affine.slope < 0 ? -1 : 0;
    const std::int64_t levels = codes.states() - 1;
    const std::int64_t always = affine.slope < 0 ? -accumulator.highest - 1 : accumulator.lowest;
    const std::int64_t never = affine.slope < 0 ? -accumulator.lowest : accumulator.highest + 1;
    const double distance = 1 / std::fabs(affine.slope);  // accumulators in a unit of the value
    for (std::int64_t m = 0; m < levels; ++m) {
        std::int32_t& result = thresholds[static_cast<std::size_t>(m) * stride];
        if (m % code_spacing != 0) {
            result = thresholds[static_cast<std::size_t>(m - 1) * stride];
            continue;
        }
        const std::int64_t middle = 2 * (codes.lowest + m) + code_spacing;
        if (affine.slope == 0) {
            result = static_cast<std::int32_t>(detail::reaches(affine, 0, middle, denominator) ? always : never);
            continue;
        }
        const double value = detail::quotient(static_cast<double>(middle), static_cast<double>(2 * denominator));
        double position = detail::quotient(detail::difference(value, affine.offset), affine.slope);
        // acc <= p  <=>  -acc - 1 >= -p - 1
        if (affine.slope < 0) position = detail::difference(-position, 1);
        // Nine roundings of at most 2^-53 each.
        const double doubt = 0x1p-49 * ((std::fabs(value) + std::fabs(affine.offset)) * distance + 1);
        std::int64_t first = always;
        std::int64_t last = never;
        if (doubt < 0x1p40) {
            first = detail::clamp(std::ceil(position - doubt), always, never);
            last = detail::clamp(std::ceil(position + doubt), always, never);
        }
        // More than one integer is possible near a tie alone: then exact arithmetic decides.
        while (first < last) {
            const std::int64_t half = first + (last - first) / 2;
            const std::int64_t acc = affine.slope < 0 ? -half - 1 : half;
            if (detail::reaches(affine, acc, middle, denominator)) {
                last = half;
            } else {
                first = half + 1;
            }
        }
        result = static_cast<std::int32_t>(first);
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
