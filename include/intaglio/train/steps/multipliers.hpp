// Steps and logits as multiplier, addend and shift.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/train/steps/affine.hpp"
#include "intaglio/train/steps/exact_division.hpp"
#include "intaglio/train/steps/exact_sum.hpp"
#include "intaglio/train/steps/strict_floats.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// round half up of a finite double that fits 62 bits
inline std::int64_t round_half_up(double x) {
    const double low = std::floor(x);
    return static_cast<std::int64_t>(low) + (detail::difference(x, low) >= 0.5 ? 1 : 0);
}

namespace detail {

/// An offset in units of codes. Beyond 2^40 codes the sign alone counts.
inline double bias_in_codes(double offset, std::int64_t denominator) {
    const double bias = product(offset, static_cast<double>(denominator));
    constexpr double limit = 1099511627776.0;
    return bias > limit ? limit : bias < -limit ? -limit : bias;
}

inline int exponent_of(double x) {
    int exponent = 0;
    std::frexp(x, &exponent);
    return exponent;
}

/// scale * 2^shift, rounded; the shift is one less where that takes more than `bits` bits. Throws std::runtime_error if
/// the multiplier is larger than `largest`.
inline Dyadic rounded_multiplier(double scale, int shift, int bits, std::int64_t largest) {
    const double multiplier = std::ldexp(scale, shift);
    std::int64_t rounded = std::fabs(multiplier) < 0x1p32 ? round_half_up(multiplier) : std::int64_t{1} << 32;
    if (shift > 1 && std::abs(rounded) == std::int64_t{1} << bits) {
        rounded /= 2;
        --shift;
    }
    if (std::abs(rounded) > largest) {
        throw std::runtime_error(
            "a step is too steep for a 32-bit multiplier: a norm's gain or deviation is degenerate");
    }
    return {.multiplier = static_cast<std::int32_t>(rounded), .shift = static_cast<std::uint8_t>(shift)};
}

/// floor(denominator * value + 1/2) as a ratio of integers, if the slope is one of small integers: without a norm, or
/// with a gain of few bits.
inline bool find_ratio(const Affine& affine, std::int64_t denominator, IntegerRatio& ratio) {
    if (affine.denominator == 0 || affine.numerator == 0) return false;
    // numerator = p * 2^exponent
    auto p = static_cast<std::int64_t>(std::ldexp(affine.numerator, 53 - exponent_of(affine.numerator)));
    int exponent = exponent_of(affine.numerator) - 53;
    for (; p % 2 == 0; ++exponent) p /= 2;
    if (std::abs(p) > INT32_MAX || denominator > INT32_MAX) return false;
    p *= denominator;
    std::int64_t q = affine.denominator;
    const std::int64_t common = std::gcd(p, q);
    p /= common;
    q /= common;
    for (; exponent != 0; exponent += exponent < 0 ? 1 : -1) {
        std::int64_t& halved = exponent < 0 ? p : q;
        std::int64_t& doubled = exponent < 0 ? q : p;
        if (halved % 2 == 0) {
            halved /= 2;
        } else if (std::abs(doubled) <= INT32_MAX / 2) {
            doubled *= 2;
        } else {
            return false;
        }
    }
    if (std::abs(p) > INT32_MAX || q > INT32_MAX) return false;
    ratio = {p, q, q / 2};
    if (affine.offset == 0) return true;
    // The largest integer that is not above q (denominator * offset + 1/2).
    const double constant =
        sum(product(product(affine.offset, static_cast<double>(denominator)), static_cast<double>(q)),
            static_cast<double>(q) / 2);
    if (!(std::fabs(constant) < 0x1p50)) return false;
    ratio.constant = static_cast<std::int64_t>(std::floor(constant)) + 1;
    const auto above = [&] {
        ExactSum difference;
        difference.add(affine.offset, 2 * q, denominator);
        difference.add(-1, 2 * ratio.constant - q, 1);
        return difference.sign() < 0;
    };
    while (above()) --ratio.constant;
    return true;
}

}  // namespace detail

/// The step code = round half up of denominator * (slope * acc + offset), clamped to `codes`, for every acc of a range
/// within 32 bits, with a multiplier of at most `bits` bits, 1 ... 31. The addend holds the half that rounds. Exact
/// where the slope is a ratio of integers that allows it (IntegerRatio); otherwise the multiplier is rounded, and the
/// addend is such that this is felt least in the middle of the codes. Throws std::runtime_error if the affine is not
/// finite or too steep.
inline Dyadic make_dyadic(const Affine& affine, CodeRange accumulator, CodeRange codes, std::int64_t denominator,
                          int bits = 31) {
    detail::require_finite(affine);
    IntegerRatio ratio;
    Dyadic dyadic;
    if (detail::find_ratio(affine, denominator, ratio) && divide_exactly(ratio, accumulator, codes, bits, dyadic)) {
        return dyadic;
    }
    const auto within = [](double x, double lowest, double highest) {
        return x < lowest ? lowest : x > highest ? highest : x;
    };
    const double scale = detail::product(affine.slope, static_cast<double>(denominator));
    const double bias = within(detail::product(affine.offset, static_cast<double>(denominator)), -0x1p1000, 0x1p1000);
    // The accumulator of the middle code, or the one next to it.
    const double middle = static_cast<double>(codes.lowest + codes.highest) / 2;
    const double centre =
        scale == 0 ? 0
                   : within(std::floor(detail::quotient(detail::difference(middle, bias), scale)),
                            static_cast<double>(accumulator.lowest), static_cast<double>(accumulator.highest));
    const double at_centre = within(detail::sum(detail::product(scale, centre), bias), -0x1p58, 0x1p58);
    // |acc - centre| * multiplier stays below 2^62, and what is added to it below 2^61.
    const bool wide = accumulator.highest - accumulator.lowest > INT32_MAX;
    if (wide && bits > 30) bits = 30;
    int shift = scale == 0 ? 62 : bits - detail::exponent_of(scale);
    const int most = 60 - detail::exponent_of(std::fabs(at_centre) + 1);
    if (shift > most) shift = most;
    if (shift < 1) shift = 1;
    dyadic = detail::rounded_multiplier(scale, shift, bits, wide ? INT32_MAX / 2 : INT32_MAX);
    dyadic.addend = round_half_up(std::ldexp(at_centre, dyadic.shift)) + (std::int64_t{1} << (dyadic.shift - 1)) -
                    static_cast<std::int64_t>(centre) * dyadic.multiplier;
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

/// The integers of a scale in its form (papers' digest 6.3, 6.4): code = clamp((acc m + c + 2^(s-1)) >> s) with m of 15
/// bits. With one multiplier all channels have the slope of the first, and the shift leaves room for the largest
/// offset. The arrays are as long as the form says. |acc| < 2^31. Throws std::runtime_error if an affine is not finite
/// or too steep.
inline void make_scale(std::span<const Affine> affine, std::int64_t denominator, const ScaleForm& form,
                       std::int64_t* addend, std::int32_t* multiplier, std::uint8_t* shift) {
    constexpr int bits = 15;
    double largest = 0;
    for (const Affine& a : affine) {
        detail::require_finite(a);
        largest = std::fmax(largest, std::fabs(a.offset));
    }
    for (std::size_t c = 0; c < affine.size(); ++c) {
        const double slope = affine[form.one_multiplier ? 0 : c].slope;
        const double offset = form.one_addend ? 0 : affine[c].offset;
        const double scale = round_to_bits(detail::product(slope, static_cast<double>(denominator)), form.precision);
        const double reach =
            detail::bias_in_codes(form.one_multiplier && !form.one_addend ? largest : offset, denominator);
        // |acc * m| < 2^46 always; the addend must stay below 2^62.
        int places = scale == 0 ? 16 : bits - detail::exponent_of(scale);
        if (places > 61 - detail::exponent_of(reach)) places = 61 - detail::exponent_of(reach);
        if (places > 62) places = 62;
        if (places < 1) places = 1;
        const Dyadic step = detail::rounded_multiplier(scale, places, bits, INT32_MAX);
        const std::size_t m = form.one_multiplier ? 0 : c;
        multiplier[m] = step.multiplier;
        shift[m] = step.shift;
        addend[form.one_addend ? 0 : c] =
            round_half_up(std::ldexp(detail::bias_in_codes(offset, denominator), step.shift)) +
            (std::int64_t{1} << (step.shift - 1));
    }
}

/// Integer logits acc * multiplier[c] + addend[c] = value * 2^exponent, rounded; one exponent for all classes, chosen
/// so that the largest multiplier has `bits` bits, 1 ... 31. Returns the exponent. Throws std::runtime_error if a value
/// is not finite.
inline int make_logits(std::span<const Affine> affine, std::span<std::int32_t> multiplier,
                       std::span<std::int64_t> addend, int bits = 31) {
    double largest_slope = 0;
    double largest_offset = 0;
    for (const Affine& a : affine) {
        detail::require_finite(a);
        largest_slope = std::fmax(largest_slope, std::fabs(a.slope));
        largest_offset = std::fmax(largest_offset, std::fabs(a.offset));
    }
    int exponent = largest_slope == 0 ? bits : bits - detail::exponent_of(largest_slope);
    if (round_half_up(std::ldexp(largest_slope, exponent)) == std::int64_t{1} << bits) --exponent;
    const int most = 60 - detail::exponent_of(largest_offset);
    if (exponent > most) exponent = most;
    for (std::size_t c = 0; c < affine.size(); ++c) {
        multiplier[c] = static_cast<std::int32_t>(round_half_up(std::ldexp(affine[c].slope, exponent)));
        addend[c] = round_half_up(std::ldexp(affine[c].offset, exponent));
    }
    return exponent;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
