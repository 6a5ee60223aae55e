// The arithmetic of DoReFa weights.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/weights/tanh.hpp"
#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// With t = tanh(w), M = max |t|: the value is the odd multiple of 1/n next to t / M, (2 code + 1) / n. Its derivative
/// is that of t / M: (1 - t^2) / M, and, if the maximum is differentiated, -sign(t_m) (1 - t_m^2) / M^2 * sum of
/// dvalue_j * t_j for the first weight m that is largest. Weights that are all 0 have no gradient.
template <int Bits, Maximum Divisor>
struct WeightCode<DoReFa<Bits, Divisor>> {
    static constexpr Per scope = Per::layer;

    template <class Float>
    WeightCode(const Float* w, std::int64_t count) {
        INTAGLIO_STRICT_FLOATS
        double most = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            const double magnitude = std::fabs(static_cast<double>(w[i]));
            if (magnitude > most) {
                most = magnitude;
                largest_ = i;
            }
        }
        // 1 for weights that are all 0: any divisor leaves them 0.
        maximum_ = most > 0 ? detail::tanh(most) : 1.0;
        inverse_ = most > 0 ? 1.0 / maximum_ : 0.0;
    }

    template <class Float>
    [[nodiscard]] std::int8_t code(Float w) const {
        INTAGLIO_STRICT_FLOATS
        constexpr int highest = DoReFa<Bits>::codes.highest;
        constexpr double half = static_cast<double>(DoReFa<Bits>::denominator) / 2;
        // |t| <= M, and half - 1/2 is the highest code. Libraries differ in the last bits of tanh: near a border ours
        // decides.
        constexpr double doubt = 1e-9;
        const auto exact = static_cast<double>(w);
        const double value = half * (std::fabs(std::tanh(exact)) / maximum_);
        auto magnitude = static_cast<int>(value + doubt);
        if (magnitude != static_cast<int>(value - doubt)) {
            magnitude = static_cast<int>(half * (std::fabs(detail::tanh(exact)) / maximum_));
        }
        const int clamped = magnitude < highest ? magnitude : highest;
        return static_cast<std::int8_t>(w < 0 ? -clamped - 1 : clamped);
    }
    template <class Float>
    Float gradient(Float w) const {
        return static_cast<Float>(slope(static_cast<double>(w)) * inverse_);
    }
    template <class Float, class Number>
    void add_shared_gradient(const Float* w, const Number* dvalue, std::int64_t count, Number* dw) const
        requires(Divisor == Maximum::differentiated) {
        double sum = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            sum += static_cast<double>(dvalue[i]) * std::tanh(static_cast<double>(w[i]));
        }
        const auto m = static_cast<double>(w[largest_]);
        dw[largest_] -= static_cast<Number>((m < 0 ? -1.0 : 1.0) * slope(m) * inverse_ * inverse_ * sum);
    }

  private:
    static double slope(double w) {
        const double t = std::tanh(w);
        return (1 - t) * (1 + t);
    }

    double maximum_ = 1;
    double inverse_ = 0;  ///< 1 / maximum, 0 for weights that are all 0
    std::int64_t largest_ = 0;
};

/// value = mean |w| * sign(w), sign(0) = 1; the derivative of the value is 1 everywhere.
template <Maximum Divisor>
struct WeightCode<DoReFa<1, Divisor>> {
    static constexpr Per scope = Per::layer;

    template <class Float>
    WeightCode(const Float* w, std::int64_t count) : scale_(detail::mean_magnitude(w, count)) {}

    [[nodiscard]] double scale() const { return scale_; }
    template <class Float>
    static std::int8_t code(Float w) {
        return w >= 0 ? std::int8_t{1} : std::int8_t{-1};
    }
    template <class Float>
    static Float gradient(Float) {
        return Float{1};
    }

  private:
    double scale_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
