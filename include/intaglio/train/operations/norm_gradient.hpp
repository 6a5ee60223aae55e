// Statistics of accumulators, and the gradient of a norm.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/training/wide.hpp"
#include "intaglio/model/norms.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// The double nearest to a number of 128 bits, the even one on ties.
[[nodiscard]] inline double nearest_double(const kernels::Wide128& number) {
    if (number.high == 0) return static_cast<double>(number.low);
    const int zeros = std::countl_zero(number.high);
    std::uint64_t leading = number.high;
    std::uint64_t rest = number.low;
    if (zeros > 0) {
        leading = number.high << zeros | number.low >> (64 - zeros);
        rest = number.low << zeros;
    }
    // 64 bits, of which a double keeps 53: for its rounding, one bit can stand for all that follow.
    leading |= rest != 0 ? 1U : 0U;
    return std::ldexp(static_cast<double>(leading), 64 - zeros);
}

/// Exact sums over a set of integers: they merge in any order to the same result. The number of values times the
/// largest magnitude must stay below 2^63.
struct IntegerStatistics {
    std::int64_t count = 0;
    std::int64_t sum = 0;
    kernels::Wide128 squares{};

    void merge(const IntegerStatistics& other) {
        count += other.count;
        sum += other.sum;
        squares.merge(other.squares);
    }
    [[nodiscard]] double mean() const {
        return count == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(count);
    }
    /// Biased variance; the difference is taken in integers, so that nothing cancels.
    [[nodiscard]] double variance() const {
        if (count == 0) return 0.0;
        const std::uint64_t magnitude =
            sum < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(sum) : static_cast<std::uint64_t>(sum);
        kernels::Wide128 numerator = kernels::wide_product(squares, static_cast<std::uint64_t>(count));
        numerator.subtract(kernels::wide_product(magnitude, magnitude));
        return nearest_double(numerator) / (static_cast<double>(count) * static_cast<double>(count));
    }
};

/// The same of real numbers, merged by Chan's formula: the result depends on the order.
struct FloatStatistics {
    std::int64_t count = 0;
    double average = 0;
    double squares = 0;  ///< of the distances to the average

    void merge(const FloatStatistics& other) {
        if (other.count == 0) return;
        const auto n = static_cast<double>(count);
        const auto m = static_cast<double>(other.count);
        const double distance = other.average - average;
        squares += other.squares + distance * distance * n * m / (n + m);
        average += distance * m / (n + m);
        count += other.count;
    }
    [[nodiscard]] double mean() const { return average; }
    [[nodiscard]] double variance() const { return count == 0 ? 0.0 : squares / static_cast<double>(count); }
};

/// What the gradient of a norm needs of one channel: da = scale * dy - constant - slope * a, for accumulator a.
struct NormGradient {
    double scale = 0;
    double constant = 0;
    double slope = 0;
};

/// Sums of one channel over the batch: of dy, and of dy * a, where a is the integer in front of the norm.
struct GradientSums {
    double dy = 0;
    double dy_a = 0;
};

/// Gradients of a norm from the sums of its channels (papers' digest 2.3; (P1.1) is the special case of BatchNorm):
/// with xh = (a / denominator - mean) / deviation and delta = gain * dy,
/// da = (delta - mean_S(delta) - xh * mean_S(delta * xh)) / deviation over the set S that shares the statistics.
/// `count` is the number of elements of one channel; mean and deviation have one entry if shared. gain_gradient and
/// bias_gradient are written per channel, `gradient` receives the coefficients for the second pass. Where `scales` are
/// given, the number in front of the norm is scales[c] * a / denominator.
template <class Float>
[[gnu::cold]] void norm_gradients(bool shared, std::int64_t channels, std::int64_t count, std::int64_t denominator,
                                  const GradientSums* sums, const double* mean, const double* deviation,
                                  const Float* gain, bool one_gain, double* gain_gradient, double* bias_gradient,
                                  NormGradient* gradient, const double* scales = nullptr) {
    const double one_step = 1.0 / static_cast<double>(denominator);
    const auto step = [&](std::int64_t c) { return scales == nullptr ? one_step : one_step * scales[c]; };
    double set_delta = 0;
    double set_delta_xh = 0;
    for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t s = shared ? 0 : c;
        const double g = static_cast<double>(gain[one_gain ? 0 : c]);
        const double dy_xh = (sums[c].dy_a * step(c) - mean[s] * sums[c].dy) / deviation[s];
        gain_gradient[c] = dy_xh;
        bias_gradient[c] = sums[c].dy;
        if (!shared) {
            const double n = static_cast<double>(count);
            const double mean_delta = g * sums[c].dy / n;
            const double mean_delta_xh = g * dy_xh / n;
            gradient[c].scale = g / deviation[s];
            gradient[c].slope = mean_delta_xh * step(c) / (deviation[s] * deviation[s]);
            gradient[c].constant = mean_delta / deviation[s] - mean_delta_xh * mean[s] / (deviation[s] * deviation[s]);
        } else {
            set_delta += g * sums[c].dy;
            set_delta_xh += g * dy_xh;
        }
    }
    if (!shared) return;
    const double n = static_cast<double>(count) * static_cast<double>(channels);
    const double d = deviation[0];
    const double mean_delta = set_delta / n;
    const double mean_delta_xh = set_delta_xh / n;
    for (std::int64_t c = 0; c < channels; ++c) {
        gradient[c].scale = static_cast<double>(gain[one_gain ? 0 : c]) / d;
        gradient[c].slope = mean_delta_xh * step(c) / (d * d);
        gradient[c].constant = mean_delta / d - mean_delta_xh * mean[0] / (d * d);
    }
}

/// Sums of one block of [pixels][channels], added to `sums`. Integer is an integer type or Float.
template <class Integer, class Float>
void add_gradient_sums(const Float* dy, const Integer* a, std::int64_t pixels, std::int64_t channels, Float* row_dy,
                       Float* row_dy_a, GradientSums* sums) {
    // Short float partial sums keep the inner loop in vectors; they move to double every `block` pixels.
    constexpr std::int64_t block = 32;
    for (std::int64_t begin = 0; begin < pixels; begin += block) {
        const std::int64_t end = begin + block < pixels ? begin + block : pixels;
        for (std::int64_t c = 0; c < channels; ++c) row_dy[c] = row_dy_a[c] = Float{0};
        for (std::int64_t p = begin; p < end; ++p) {
            const Float* d = dy + p * channels;
            const Integer* x = a + p * channels;
            for (std::int64_t c = 0; c < channels; ++c) {
                row_dy[c] += d[c];
                row_dy_a[c] += d[c] * static_cast<Float>(x[c]);
            }
        }
        for (std::int64_t c = 0; c < channels; ++c) {
            sums[c].dy += static_cast<double>(row_dy[c]);
            sums[c].dy_a += static_cast<double>(row_dy_a[c]);
        }
    }
}

/// Second pass over [pixels][channels]: da = scale * dy - constant - slope * a. `da` may be `dy`; `add` adds instead.
template <class Integer, class Float>
void apply_norm_gradient(const Float* dy, const Integer* a, std::int64_t pixels, std::int64_t channels,
                         const Float* scale, const Float* constant, const Float* slope, bool add, Float* da) {
    for (std::int64_t p = 0; p < pixels; ++p) {
        const Float* d = dy + p * channels;
        const Integer* x = a + p * channels;
        Float* out = da + p * channels;
        if (add) {
            for (std::int64_t c = 0; c < channels; ++c) {
                out[c] += scale[c] * d[c] - constant[c] - slope[c] * static_cast<Float>(x[c]);
            }
        } else {
            for (std::int64_t c = 0; c < channels; ++c) {
                out[c] = scale[c] * d[c] - constant[c] - slope[c] * static_cast<Float>(x[c]);
            }
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
