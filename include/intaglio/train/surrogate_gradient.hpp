// Surrogate gradients of steps.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/model/surrogates.hpp"
#include "intaglio/train/staircase.hpp"

namespace intaglio::train {

/// Sum over the thresholds b_m of sigma'((value - b_m) / alpha) / alpha (P2.11)-(P2.15), times 1 / (M_a - 1) unless
/// printed. With t = exp(-(value - b_m) / alpha), sigma' = 1 / (2 + t + 1/t): one exponential serves all thresholds.
template <Alpha Width, SurrogateForm Form>
class SurrogateGradient<SigmoidSum<Width, Form>> {
  public:
    static constexpr int most_levels = 255;

    explicit SurrogateGradient(const Staircase& stairs)
        : SurrogateGradient(stairs.lowest, stairs.highest, stairs.denominator) {}
    SurrogateGradient(std::int64_t lowest, std::int64_t highest, std::int64_t denominator)
        : levels_(static_cast<int>(highest - lowest)),
          middle_(static_cast<float>(highest + lowest) / static_cast<float>(2 * denominator)),
          reach_(static_cast<float>(highest - lowest) / static_cast<float>(2 * denominator)) {
        const double factor = Form == SurrogateForm::printed ? 1.0 : 1.0 / static_cast<double>(levels_);
        height_ = factor / Width.value;
        for (int m = 0; m < levels_ && m < most_levels; ++m) {
            const double b = (static_cast<double>(lowest + m) + 0.5) / static_cast<double>(denominator);
            ratio_[m] = std::exp((b - static_cast<double>(middle_)) / Width.value);
            inverse_ratio_[m] = 1.0 / ratio_[m];
            threshold_[m] = b;
        }
    }

    template <class Value>
    Value operator()(Value value) const {
        using std::exp;
        using std::fmax;
        using std::fmin;
        using Scalar = decltype(scalar_of(value));
        if (static_cast<double>(reach_) > 30 * Width.value) return narrow(value);
        // Beyond 15 widths past the outermost threshold the derivative is below 1e-6 and the exponential safe.
        const Scalar limit = static_cast<Scalar>(reach_) + static_cast<Scalar>(15 * Width.value);
        const Value z = fmin(fmax(value - Value(static_cast<Scalar>(middle_)), Value(-limit)), Value(limit));
        const Value base = exp(z * Value(static_cast<Scalar>(-1.0 / Width.value)));
        const Value reverse = inverse(base);
        Value sum(Scalar{0});
        for (int m = 0; m < levels_; ++m) {
            sum = sum + inverse(Value(Scalar{2}) + base * Value(static_cast<Scalar>(ratio_[m])) +
                                reverse * Value(static_cast<Scalar>(inverse_ratio_[m])));
        }
        return sum * Value(static_cast<Scalar>(height_));
    }

  private:
    /// The sum for sigmoids so narrow that the one exponential would overflow: one for each threshold.
    template <class Value>
    Value narrow(Value value) const {
        using std::exp;
        using std::fmax;
        using std::fmin;
        using Scalar = decltype(scalar_of(value));
        Value sum(Scalar{0});
        for (int m = 0; m < levels_; ++m) {
            const Value z =
                (value - Value(static_cast<Scalar>(threshold_[m]))) * Value(static_cast<Scalar>(1 / Width.value));
            const Value t = exp(fmin(fmax(z, Value(Scalar{-30})), Value(Scalar{30})));
            sum = sum + inverse(Value(Scalar{2}) + t + inverse(t));
        }
        return sum * Value(static_cast<Scalar>(height_));
    }

    static float inverse(float x) { return 1.0F / x; }
    static double inverse(double x) { return 1.0 / x; }
    /// An estimate and one step of Newton's method: several times faster than a division of vectors.
    template <class Vector>
    static Vector inverse(Vector x) {
        using Scalar = typename Vector::value_type;
        const Vector estimate = reciprocal(x);
        return estimate * (Vector(Scalar{2}) - x * estimate);
    }

    static float scalar_of(float);
    static double scalar_of(double);
    template <class Vector>
    static typename Vector::value_type scalar_of(Vector);

    int levels_;
    float middle_;
    float reach_;
    double height_ = 0;
    double ratio_[most_levels]{};
    double inverse_ratio_[most_levels]{};
    double threshold_[most_levels]{};
};

/// 1 between the lowest and the highest value, 0 outside.
template <>
class SurrogateGradient<StraightThrough> {
  public:
    explicit SurrogateGradient(const Staircase& stairs)
        : SurrogateGradient(stairs.lowest, stairs.highest, stairs.denominator) {}
    SurrogateGradient(std::int64_t lowest, std::int64_t highest, std::int64_t denominator)
        : lowest_(static_cast<double>(lowest) / static_cast<double>(denominator)),
          highest_(static_cast<double>(highest) / static_cast<double>(denominator)) {}

    float operator()(float value) const {
        return value > static_cast<float>(lowest_) && value < static_cast<float>(highest_) ? 1.0F : 0.0F;
    }
    double operator()(double value) const { return value > lowest_ && value < highest_ ? 1.0 : 0.0; }
    template <class Vector>
    Vector operator()(Vector value) const {
        using Scalar = typename Vector::value_type;
        const Vector one(Scalar{1});
        const Vector zero(Scalar{0});
        return select((value > Vector(static_cast<Scalar>(lowest_))) & (value < Vector(static_cast<Scalar>(highest_))),
                      one, zero);
    }

  private:
    double lowest_;
    double highest_;
};

}  // namespace intaglio::train
