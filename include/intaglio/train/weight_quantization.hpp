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

/// A weight quantiser's arithmetic; specialised for each quantiser. `code` gives the integer, `passes` the surrogate
/// gradient of the value with respect to What: 1 or 0.
template <class Weight>
struct WeightCode;

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
    static bool passes(Real standardized) {
        return std::fabs(standardized) < Real{3};
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
    static bool passes(Real standardized) {
        return std::fabs(standardized) <= Real{1};
    }
};

}  // namespace intaglio::train
