// From a norm to an integer step (exactness contract 3). This file is the only place where a float decides about an
// integer of the forward pass; training, evaluation and the integer program all run what it makes.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>

#include "intaglio/model/facts.hpp"

#if defined(__FLT_EVAL_METHOD__) && (__FLT_EVAL_METHOD__ == 1 || __FLT_EVAL_METHOD__ == 2)
#error "intaglio trains where float and double are computed as such: on 32-bit x86 compile with -msse2 -mfpmath=sse"
#endif

namespace intaglio::train {

/// value = slope * accumulator + offset, for one channel.
struct Affine {
    double slope = 0;
    double offset = 0;
};

namespace detail {

// A volatile result can be neither contracted into a fused multiply-add nor reordered, under no compiler flag.
inline double product(double a, double b) {
    const volatile double result = a * b;
    return result;
}
inline double quotient(double a, double b) {
    const volatile double result = a / b;
    return result;
}
inline double difference(double a, double b) {
    const volatile double result = a - b;
    return result;
}

inline void require_finite(Affine affine) {
    // Written with comparisons, which stay right where a compiler assumes that there is no NaN.
    constexpr double largest = std::numeric_limits<double>::max();
    const volatile double slope = affine.slope;
    const volatile double offset = affine.offset;
    if (!(slope >= -largest && slope <= largest && offset >= -largest && offset <= largest)) {
        throw std::runtime_error("a norm's gain, bias or statistics are not finite: the training has diverged");
    }
}

/// An offset in units of codes. Beyond 2^40 codes the sign alone counts.
inline double bias_in_codes(double offset, std::int64_t denominator) {
    const double bias = product(offset, static_cast<double>(denominator));
    constexpr double limit = 1099511627776.0;
    return bias > limit ? limit : bias < -limit ? -limit : bias;
}

/// ceil or floor of a double as an integer, clamped to [lowest, highest].
inline std::int64_t clamp(double rounded, std::int64_t lowest, std::int64_t highest) {
    if (rounded <= static_cast<double>(lowest)) return lowest;
    if (rounded >= static_cast<double>(highest)) return highest;
    return static_cast<std::int64_t>(rounded);
}

}  // namespace detail

/// The affine function of a norm for one channel: gain (a - mean) / deviation + bias, where the accumulator is
/// a * denominator.
inline Affine norm_affine(double gain, double bias, double mean, double deviation, std::int64_t denominator) {
    const double scale = detail::quotient(gain, deviation);
    return {detail::quotient(scale, static_cast<double>(denominator)),
            detail::difference(bias, detail::product(scale, mean))};
}

/// Thresholds of one channel: code = lowest + number of m with (acc ^ flip) >= threshold[m]. Position m is the smallest
/// accumulator at or above (b_m - offset) / slope, where value b_m = (lowest + m + 1/2) / denominator is the middle
/// between two codes; where neighbouring codes lie `code_step` apart, as many thresholds share their middle. For a
/// negative slope the largest at or below; everywhere or nowhere if the slope is 0. `stride` is the distance of
/// thresholds of one channel. Throws std::runtime_error if the affine is not finite.
inline void make_thresholds(Affine affine, CodeRange accumulator, CodeRange codes, std::int64_t denominator,
                            std::int32_t* thresholds, std::size_t stride, std::int32_t& flip,
                            std::int64_t code_step = 1) {
    detail::require_finite(affine);
    flip = affine.slope < 0 ? -1 : 0;
    const std::int64_t levels = codes.states() - 1;
    const std::int64_t always = affine.slope < 0 ? -accumulator.highest - 1 : accumulator.lowest;
    const std::int64_t never = affine.slope < 0 ? -accumulator.lowest : accumulator.highest + 1;
    for (std::int64_t m = 0; m < levels; ++m) {
        const double middle =
            detail::quotient(static_cast<double>(2 * codes.lowest + code_step * (2 * (m / code_step) + 1)),
                             static_cast<double>(2 * denominator));
        std::int64_t threshold = 0;
        if (affine.slope > 0) {
            const double position = detail::quotient(detail::difference(middle, affine.offset), affine.slope);
            threshold = detail::clamp(std::ceil(position), always, never);
        } else if (affine.slope < 0) {
            const double position = detail::quotient(detail::difference(middle, affine.offset), affine.slope);
            // acc <= p  <=>  -acc - 1 >= -p - 1
            threshold = detail::clamp(-std::floor(position) - 1, always, never);
        } else {
            threshold = affine.offset >= middle ? always : never;
        }
        thresholds[static_cast<std::size_t>(m) * stride] = static_cast<std::int32_t>(threshold);
    }
}

/// Multiplier, addend and shift of one channel: code = clamp((acc * multiplier + addend) >> shift).
struct Dyadic {
    std::int32_t multiplier = 0;
    std::int64_t addend = 0;
    std::uint8_t shift = 1;
};

/// round half up of a finite double that fits 62 bits
inline std::int64_t round_half_up(double x) {
    const double low = std::floor(x);
    return static_cast<std::int64_t>(low) + (detail::difference(x, low) >= 0.5 ? 1 : 0);
}

/// The dyadic form of code = round half up of denominator * (slope * acc + offset), with a multiplier of 15 bits
/// (papers' digest 6.4: m in [2^14, 2^15)). The addend holds the half that rounds. |acc| < 2^31.
/// Throws std::runtime_error if the affine is not finite.
inline Dyadic make_dyadic(Affine affine, std::int64_t denominator) {
    detail::require_finite(affine);
    constexpr int precision = 15;
    const double scale = detail::product(affine.slope, static_cast<double>(denominator));
    const double bias = detail::bias_in_codes(affine.offset, denominator);
    int exponent = 0;
    std::frexp(scale, &exponent);
    int bias_exponent = 0;
    std::frexp(bias, &bias_exponent);
    int shift = scale == 0 ? 16 : precision - exponent;
    // |acc * m| < 2^46 always; the addend must stay below 2^62.
    if (shift > 61 - bias_exponent) shift = 61 - bias_exponent;
    if (shift > 62) shift = 62;
    if (shift < 1) shift = 1;
    Dyadic dyadic;
    const double multiplier = std::ldexp(scale, shift);
    constexpr double widest = 2147483647.0;
    if (multiplier > widest || multiplier < -widest) {
        throw std::runtime_error(
            "a step is too steep for a 32-bit multiplier: a norm's gain or deviation is degenerate");
    }
    dyadic.multiplier = static_cast<std::int32_t>(round_half_up(multiplier));
    if (shift > 1 && (dyadic.multiplier == 1 << precision || dyadic.multiplier == -(1 << precision))) {
        dyadic.multiplier /= 2;  // rounded up to 16 bits
        --shift;
    }
    dyadic.shift = static_cast<std::uint8_t>(shift);
    dyadic.addend = round_half_up(std::ldexp(bias, shift)) + (std::int64_t{1} << (shift - 1));
    return dyadic;
}

/// The nearest number with a mantissa of `bits` bits, half away from zero; a power of two for 1. What is not finite
/// stays as it is.
inline double round_to_bits(double x, int bits) {
    const volatile double size = std::fabs(x);
    if (!(size <= std::numeric_limits<double>::max())) return x;
    int exponent = 0;
    const double mantissa = std::frexp(x, &exponent);
    const double magnitude = static_cast<double>(round_half_up(std::ldexp(std::fabs(mantissa), bits)));
    return std::ldexp(x < 0 ? -magnitude : magnitude, exponent - bits);
}

/// The affine function that a dyadic step stands for, apart from its rounding.
inline Affine dyadic_affine(const Dyadic& dyadic, std::int64_t denominator) {
    const auto codes = static_cast<double>(denominator);
    const std::int64_t half = std::int64_t{1} << (dyadic.shift - 1);
    return {std::ldexp(static_cast<double>(dyadic.multiplier), -dyadic.shift) / codes,
            std::ldexp(static_cast<double>(dyadic.addend - half), -dyadic.shift) / codes};
}

/// The integers of a scale in its form (papers' digest 6.3): code = clamp((acc m + c + 2^(s-1)) >> s). With one
/// multiplier all channels have the slope of the first, and the shift leaves room for the largest offset. The arrays
/// are as long as the form says. Throws std::runtime_error if an affine is not finite.
inline void make_scale(std::span<const Affine> affine, std::int64_t denominator, const ScaleForm& form,
                       std::int64_t* addend, std::int32_t* multiplier, std::uint8_t* shift) {
    const auto codes = static_cast<double>(denominator);
    double largest = 0;
    for (const Affine& a : affine) {
        detail::require_finite(a);
        largest = std::fmax(largest, std::fabs(a.offset));
    }
    for (std::size_t c = 0; c < affine.size(); ++c) {
        const double slope = affine[form.one_multiplier ? 0 : c].slope;
        const double offset = form.one_addend ? 0 : affine[c].offset;
        const double scale = round_to_bits(detail::product(slope, codes), form.precision);
        const Dyadic step =
            make_dyadic({scale / codes, form.one_multiplier && !form.one_addend ? largest : offset}, denominator);
        const std::size_t m = form.one_multiplier ? 0 : c;
        multiplier[m] = step.multiplier;
        shift[m] = step.shift;
        addend[form.one_addend ? 0 : c] =
            round_half_up(std::ldexp(detail::bias_in_codes(offset, denominator), step.shift)) +
            (std::int64_t{1} << (step.shift - 1));
    }
}

/// Integer logits acc * multiplier[c] + addend[c] = value * 2^exponent, rounded; one exponent for all classes, chosen
/// so that the largest multiplier has 15 bits. Returns the exponent. Throws std::runtime_error if a value is not
/// finite.
inline int make_logits(std::span<const Affine> affine, std::span<std::int32_t> multiplier,
                       std::span<std::int64_t> addend) {
    double largest_slope = 0;
    double largest_offset = 0;
    for (const Affine& a : affine) {
        detail::require_finite(a);
        largest_slope = std::fmax(largest_slope, std::fabs(a.slope));
        largest_offset = std::fmax(largest_offset, std::fabs(a.offset));
    }
    int slope_exponent = 0;
    int offset_exponent = 0;
    std::frexp(largest_slope, &slope_exponent);
    std::frexp(largest_offset, &offset_exponent);
    int exponent = largest_slope == 0 ? 15 : 15 - slope_exponent;
    if (exponent > 60 - offset_exponent) exponent = 60 - offset_exponent;
    for (std::size_t c = 0; c < affine.size(); ++c) {
        multiplier[c] = static_cast<std::int32_t>(round_half_up(std::ldexp(affine[c].slope, exponent)));
        addend[c] = round_half_up(std::ldexp(affine[c].offset, exponent));
    }
    return exponent;
}

}  // namespace intaglio::train
