// From latent weights to weight codes and back: standardisation, rounding, and their gradients.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "intaglio/model/weights.hpp"

namespace intaglio::train {

inline constexpr double standardization_epsilon = 1e-5;

/// Weight standardisation of one output unit: out = (w - mean) / sqrt(var + epsilon), biased variance
/// (Qiao et al. 2019; the unit-variance reading of (P2.4)). Constant weights give zeros. Returns 1 / sqrt(var +
/// epsilon), or 0 for constant weights.
template <class Real>
Real standardize(const Real* w, std::int64_t fan_in, Real* out, double epsilon = standardization_epsilon) {
    double sum = 0;
    for (std::int64_t i = 0; i < fan_in; ++i) sum += static_cast<double>(w[i]);
    const double mean = sum / static_cast<double>(fan_in);
    double squares = 0;
    for (std::int64_t i = 0; i < fan_in; ++i) {
        const double centred = static_cast<double>(w[i]) - mean;
        squares += centred * centred;
    }
    const double variance = squares / static_cast<double>(fan_in);
    const double inverse = variance > 0 ? 1.0 / std::sqrt(variance + epsilon) : 0.0;
    for (std::int64_t i = 0; i < fan_in; ++i) out[i] = static_cast<Real>((static_cast<double>(w[i]) - mean) * inverse);
    return static_cast<Real>(inverse);
}

/// Gradient of `standardize`: dw = inverse * (d - mean(d) - out * mean(d * out)); `gradient` holds d and becomes dw.
template <class Real>
void standardize_gradient(const Real* out, Real inverse, std::int64_t fan_in, Real* gradient) {
    double sum = 0;
    double correlation = 0;
    for (std::int64_t i = 0; i < fan_in; ++i) {
        sum += static_cast<double>(gradient[i]);
        correlation += static_cast<double>(gradient[i]) * static_cast<double>(out[i]);
    }
    const Real mean = static_cast<Real>(sum / static_cast<double>(fan_in));
    const Real slope = static_cast<Real>(correlation / static_cast<double>(fan_in));
    for (std::int64_t i = 0; i < fan_in; ++i) gradient[i] = inverse * (gradient[i] - mean - out[i] * slope);
}

/// A weight standardisation; specialised for each. `forward` writes the standardised weights of one output unit and
/// returns a number that `backward` needs, which turns the gradient of the standardised weights into that of the
/// weights; `scale(fan_in)` multiplies the quantised weights.
template <class Standardization>
struct Standardizer;

template <>
struct Standardizer<WeightStandardization> {
    template <class Real>
    static Real forward(const Real* w, std::int64_t fan_in, Real* out) {
        return standardize(w, fan_in, out);
    }
    template <class Real>
    static void backward(const Real* out, Real inverse, std::int64_t fan_in, Real* gradient) {
        standardize_gradient(out, inverse, fan_in, gradient);
    }
    static double scale(std::int64_t /*fan_in*/) { return 1.0; }
};

template <>
struct Standardizer<NoWeightStandardization> {
    template <class Real>
    static Real forward(const Real* w, std::int64_t fan_in, Real* out) {
        for (std::int64_t i = 0; i < fan_in; ++i) out[i] = w[i];
        return Real{1};
    }
    template <class Real>
    static void backward(const Real*, Real, std::int64_t, Real*) {}
    static double scale(std::int64_t /*fan_in*/) { return 1.0; }
};

/// Which weights a quantiser looks at before it rounds the first one.
enum class WeightScope : std::uint8_t {
    weight,  ///< none but the weight itself
    unit,    ///< those of one output unit
    layer    ///< all of the layer
};

/// A weight quantiser's arithmetic; specialised for each quantiser. A specialisation has
/// - `code(w)`: the integer of a (standardised) weight, or `value(w)` where weights are real numbers,
/// - `gradient(w)`: the surrogate derivative of the weight's value, scale and all.
/// One that looks at several weights also has
/// - `static constexpr WeightScope scope` and a constructor from a pointer to those weights and their count,
/// - `scale()`, if it is `scaled`: the value is scale * (step * code + offset) / denominator,
/// - if the derivative of what it took from all of them counts: `add_shared_gradient(w, dvalue, count, dw)`.
template <class Weight>
struct WeightCode;

/// The scope of a quantiser; one weight if it does not say.
template <class Weight>
inline constexpr WeightScope weight_scope = [] {
    if constexpr (requires { WeightCode<Weight>::scope; }) return WeightCode<Weight>::scope;
    return WeightScope::weight;
}();

/// code = round half away from zero of D_w * What / 3, clamped (P2.6), (P2.7); gradient 1 where |What / 3| < 1 (P2.10).
template <M_w Count>
struct WeightCode<States<Count>> {
    template <class Real>
    static std::int8_t code(Real standardized) {
        constexpr Real highest = static_cast<Real>(States<Count>::codes.highest);
        const Real scaled = highest * standardized / Real{3};
        const Real magnitude = std::floor(std::fabs(scaled) + Real{0.5});
        const Real clamped = magnitude < highest ? magnitude : highest;
        return static_cast<std::int8_t>(scaled < 0 ? -clamped : clamped);
    }
    template <class Real>
    static Real gradient(Real standardized) {
        return std::fabs(standardized) < Real{3} ? Real{1} : Real{0};
    }
};

/// code = sign, with sign(0) = 1; gradient 1 where |What| <= 1 ("hard tanh").
template <>
struct WeightCode<BinaryWeights> {
    template <class Real>
    static std::int8_t code(Real standardized) {
        return standardized >= 0 ? std::int8_t{1} : std::int8_t{-1};
    }
    template <class Real>
    static Real gradient(Real standardized) {
        return std::fabs(standardized) <= Real{1} ? Real{1} : Real{0};
    }
};

}  // namespace intaglio::train
