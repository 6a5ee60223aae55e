// Standardisations of latent weights and their gradients.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/weights/standardizations.hpp"
#include "intaglio/train/steps/strict_floats.hpp"

namespace intaglio::model_error {
template <class...>
struct standardization_has_no_arithmetic_specialise_train_Standardizer;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

inline constexpr double standardization_epsilon = 1e-5;

namespace detail {

/// Mean and biased variance.
struct WeightMoments {
    double mean = 0;
    double variance = 0;
};
template <class Float>
WeightMoments weight_moments(const Float* w, std::int64_t count) {
    INTAGLIO_STRICT_FLOATS
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(w[i]);
    const double mean = sum / static_cast<double>(count);
    double squares = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const double centred = static_cast<double>(w[i]) - mean;
        squares += fence(centred * centred);
    }
    return {mean, squares / static_cast<double>(count)};
}

}  // namespace detail

/// Weight standardisation of one output unit: out = (w - mean) / sqrt(var + epsilon), biased variance
/// (Qiao et al. 2019; the unit-variance reading of (P2.4)). Constant weights give zeros. Returns 1 / sqrt(var +
/// epsilon), or 0 for constant weights.
template <class Float>
Float standardize(const Float* w, std::int64_t fan_in, Float* out, double epsilon = standardization_epsilon) {
    INTAGLIO_STRICT_FLOATS
    const auto [mean, variance] = detail::weight_moments(w, fan_in);
    const double inverse = variance > 0 ? 1.0 / std::sqrt(variance + epsilon) : 0.0;
    for (std::int64_t i = 0; i < fan_in; ++i) out[i] = static_cast<Float>((static_cast<double>(w[i]) - mean) * inverse);
    return static_cast<Float>(inverse);
}

/// Gradient of `standardize`: dw = inverse * (d - mean(d) - out * mean(d * out)); `gradient` holds d and becomes dw.
template <class Float, class Number>
void standardize_gradient(const Float* out, Float inverse, std::int64_t fan_in, Number* gradient) {
    double sum = 0;
    double correlation = 0;
    for (std::int64_t i = 0; i < fan_in; ++i) {
        sum += static_cast<double>(gradient[i]);
        correlation += static_cast<double>(gradient[i]) * static_cast<double>(out[i]);
    }
    const auto mean = static_cast<Number>(sum / static_cast<double>(fan_in));
    const auto slope = static_cast<Number>(correlation / static_cast<double>(fan_in));
    for (std::int64_t i = 0; i < fan_in; ++i) gradient[i] = inverse * (gradient[i] - mean - out[i] * slope);
}

/// (P2.4) to the letter: out = (w - mean) / sqrt(fan_in * sigma + epsilon), sigma the biased deviation. Constant
/// weights give zeros. Returns 1 / sqrt(fan_in * sigma + epsilon), or 0 for constant weights.
template <class Float>
Float standardize_as_printed(const Float* w, std::int64_t fan_in, Float* out,
                             double epsilon = standardization_epsilon) {
    INTAGLIO_STRICT_FLOATS
    const detail::WeightMoments moments = detail::weight_moments(w, fan_in);
    const double sigma = std::sqrt(moments.variance);
    const double inverse = sigma > 0 ? 1.0 / std::sqrt(std::fma(static_cast<double>(fan_in), sigma, epsilon)) : 0.0;
    for (std::int64_t i = 0; i < fan_in; ++i) {
        out[i] = static_cast<Float>((static_cast<double>(w[i]) - moments.mean) * inverse);
    }
    return static_cast<Float>(inverse);
}

/// Gradient of `standardize_as_printed`: dw = inverse * (d - mean(d) - out * sum(d * out) / (2 sigma)), where sigma is
/// the deviation of out over inverse; `gradient` holds d and becomes dw.
template <class Float, class Number>
void printed_standardization_gradient(const Float* out, Float inverse, std::int64_t fan_in, Number* gradient) {
    double sum = 0;
    double correlation = 0;
    double squares = 0;
    for (std::int64_t i = 0; i < fan_in; ++i) {
        const auto y = static_cast<double>(out[i]);
        sum += static_cast<double>(gradient[i]);
        correlation += static_cast<double>(gradient[i]) * y;
        squares += y * y;
    }
    const double deviation = std::sqrt(squares / static_cast<double>(fan_in));
    const auto mean = static_cast<Number>(sum / static_cast<double>(fan_in));
    const auto slope =
        static_cast<Number>(deviation > 0 ? correlation * static_cast<double>(inverse) / (2 * deviation) : 0.0);
    for (std::int64_t i = 0; i < fan_in; ++i) gradient[i] = inverse * (gradient[i] - mean - out[i] * slope);
}

/// A weight standardisation; specialised for each. `forward` writes the standardised weights of one output unit and
/// returns a number that `backward` needs, which turns the gradient of the standardised weights into that of the
/// weights; `scale(fan_in)` multiplies the quantised weights.
template <class Standardization>
struct Standardizer
    : Missing<model_error::standardization_has_no_arithmetic_specialise_train_Standardizer<Standardization>> {};

template <>
struct Standardizer<WeightStandardization> {
    template <class Float>
    static Float forward(const Float* w, std::int64_t fan_in, Float* out) {
        return standardize(w, fan_in, out);
    }
    template <class Float, class Number>
    static void backward(const Float* out, Float inverse, std::int64_t fan_in, Number* gradient) {
        standardize_gradient(out, inverse, fan_in, gradient);
    }
    static double scale(std::int64_t /*fan_in*/) { return 1.0; }
};

template <>
struct Standardizer<NoWeightStandardization> {
    template <class Float>
    static Float forward(const Float* w, std::int64_t fan_in, Float* out) {
        for (std::int64_t i = 0; i < fan_in; ++i) out[i] = w[i];
        return Float{1};
    }
    template <class Float, class Number>
    static void backward(const Float*, Float, std::int64_t, Number*) {}
    static double scale(std::int64_t /*fan_in*/) { return 1.0; }
};

template <>
struct Standardizer<ScaledWeightStandardization> : Standardizer<WeightStandardization> {
    static double scale(std::int64_t fan_in) { return 1.0 / std::sqrt(static_cast<double>(fan_in)); }
};

template <>
struct Standardizer<PrintedWeightStandardization> {
    template <class Float>
    static Float forward(const Float* w, std::int64_t fan_in, Float* out) {
        return standardize_as_printed(w, fan_in, out);
    }
    template <class Float, class Number>
    static void backward(const Float* out, Float inverse, std::int64_t fan_in, Number* gradient) {
        printed_standardization_gradient(out, inverse, fan_in, gradient);
    }
    static double scale(std::int64_t /*fan_in*/) { return 1.0; }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
