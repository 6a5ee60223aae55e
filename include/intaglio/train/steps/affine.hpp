// The meaning of an accumulator: one affine function per channel.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/train/steps/strict_floats.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// value = slope * accumulator + offset, for one channel.
struct Affine {
    double slope = 0;
    double offset = 0;
    /// The slope before it was rounded, numerator / denominator, for ties of integers; nothing is known of it if the
    /// denominator is 0.
    double numerator = 0;
    std::int64_t denominator = 0;
};

namespace detail {

inline void require_finite(const Affine& affine) {
    if (!is_finite(affine.slope) || !is_finite(affine.offset)) {
        throw std::runtime_error("a norm's gain, bias or statistics are not finite: the training has diverged");
    }
}

}  // namespace detail

/// The affine function of a norm for one channel: gain (a - mean) / deviation + bias, where the accumulator is
/// a * denominator. Throws std::runtime_error if one of the four numbers is not finite.
inline Affine norm_affine(double gain, double bias, double mean, double deviation, std::int64_t denominator) {
    detail::require_finite({gain, bias});
    detail::require_finite({mean, deviation});
    const double scale = detail::quotient(gain, deviation);
    return {detail::quotient(scale, static_cast<double>(denominator)),
            detail::difference(bias, detail::product(scale, mean)), scale, denominator};
}

/// The same function of accumulators that stand for `scale` times their value.
inline Affine scaled(Affine affine, double scale) {
    affine.slope = detail::product(affine.slope, scale);
    affine.numerator = detail::product(affine.numerator, scale);
    return affine;
}

/// The same function in units of `unit`.
inline Affine divided(Affine affine, double unit) {
    if (unit == 1) return affine;
    affine.slope = detail::quotient(affine.slope, unit);
    affine.offset = detail::quotient(affine.offset, unit);
    affine.numerator = detail::quotient(affine.numerator, unit);
    return affine;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
