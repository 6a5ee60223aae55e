// Surrogates made of the logistic function: sums of sigmoid derivatives, SwishSign.
#pragma once

#include <cmath>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/surrogates.hpp"
#include "intaglio/train/steps/staircase.hpp"
#include "intaglio/train/surrogates/values.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

/// Sums over the thresholds b_m of even functions of y_m = (value - b_m) / alpha, written in exp(-y_m) and exp(y_m).
/// One exponential serves all thresholds, unless half the staircase is longer than MostReach widths alpha: then it
/// might overflow. More than Beyond widths past the outermost threshold the sum is held at what it is there.
template <Alpha Scale, int MostReach, int Beyond>
class LogisticSum {
  public:
    explicit LogisticSum(const Staircase& s)
        : levels_(summed_levels(s)),
          middle_(static_cast<float>(s.highest + s.lowest) / static_cast<float>(2 * s.denominator)),
          reach_(static_cast<float>(s.highest - s.lowest) / static_cast<float>(2 * s.denominator)) {
        for (int m = 0; m < levels_; ++m) {
            const double y = (s.threshold(m) - static_cast<double>(middle_)) / Scale.value;
            const double ratio = std::exp(y);
            threshold_.set(m, s.threshold(m));
            shift_.set(m, y);
            ratio_.set(m, ratio);
            inverse_ratio_.set(m, 1.0 / ratio);
        }
    }

    /// Sum of bump(t, r, u, v, y) with t * r = exp(-y) and u * v = exp(y); y may have the other sign.
    template <class Value, class Bump>
    Value operator()(Value value, Bump bump) const {
        using std::exp;
        using Scalar = ScalarOf<Value>;
        if (static_cast<double>(reach_) > MostReach * Scale.value) return one_by_one(value, bump);
        const Scalar limit = static_cast<Scalar>(reach_) + static_cast<Scalar>(Beyond * Scale.value);
        const Value z = detail::clamp(value - Value(static_cast<Scalar>(middle_)), -limit, limit);
        const Value base = exp(z * Value(static_cast<Scalar>(-1.0 / Scale.value)));
        const Value reverse = detail::inverse(base);
        const Value y = z * Value(static_cast<Scalar>(1.0 / Scale.value));
        const Scalar* ratio = ratio_.as<Scalar>();
        const Scalar* inverse_ratio = inverse_ratio_.as<Scalar>();
        const Scalar* shift = shift_.as<Scalar>();
        Value sum(Scalar{0});
        for (int m = 0; m < levels_; ++m) {
            sum = sum + bump(base, Value(ratio[m]), reverse, Value(inverse_ratio[m]), y - Value(shift[m]));
        }
        return sum;
    }

  private:
    template <class Value, class Bump>
    Value one_by_one(Value value, Bump bump) const {
        using std::exp;
        using Scalar = ScalarOf<Value>;
        const Scalar* threshold = threshold_.as<Scalar>();
        const Value one(Scalar{1});
        Value sum(Scalar{0});
        for (int m = 0; m < levels_; ++m) {
            const Value y = detail::clamp((value - Value(threshold[m])) * Value(static_cast<Scalar>(1 / Scale.value)),
                                          Scalar{-30}, Scalar{30});
            const Value t = exp(y);
            sum = sum + bump(t, one, detail::inverse(t), one, Value(Scalar{0}) - y);
        }
        return sum;
    }

    int levels_;
    float middle_;
    float reach_;
    PerThreshold threshold_;
    PerThreshold shift_;
    PerThreshold ratio_;
    PerThreshold inverse_ratio_;
};

}  // namespace detail

/// Sum over the thresholds b_m of sigma'((value - b_m) / alpha) / alpha (P2.11)-(P2.15), times the rise of a step
/// unless printed. With t = exp(-(value - b_m) / alpha), sigma' = 1 / (2 + t + 1/t). 15 widths past the outermost
/// threshold, where it is held, the derivative is below 1e-6.
template <Alpha Scale, SurrogateForm Form>
class SurrogateGradient<SigmoidSum<Scale, Form>> {
  public:
    explicit SurrogateGradient(const Staircase& s)
        : sum_(s), height_((Form == SurrogateForm::printed ? 1.0 : s.rise()) / Scale.value) {}

    template <class Value>
    Value operator()(Value value) const {
        using Scalar = detail::ScalarOf<Value>;
        const Value sum = sum_(value, [](Value t, Value r, Value u, Value v, Value) {
            return detail::inverse(Value(Scalar{2}) + t * r + u * v);
        });
        return sum * Value(static_cast<Scalar>(height_));
    }

  private:
    detail::LogisticSum<Scale, 30, 15> sum_;
    double height_;
};

/// Sum over the thresholds of beta * (2 - y * tanh(y / 2)) / (1 + cosh(y)), y = beta * (value - b_m), times half the
/// rise. With t = exp(-y) and q = 1 / (2 + t + 1/t), 1 / (1 + cosh(y)) = 2 q and tanh(y / 2) = (1/t - t) q. 25 widths
/// past the outermost threshold, where it is held, the derivative is below 1e-8 of its peak.
template <Beta Steepness>
class SurrogateGradient<SwishSign<Steepness>> {
  public:
    explicit SurrogateGradient(const Staircase& s) : sum_(s), height_(Steepness.value * s.rise()) {}

    template <class Value>
    Value operator()(Value value) const {
        using Scalar = detail::ScalarOf<Value>;
        const Value sum = sum_(value, [](Value base, Value ratio, Value reverse, Value inverse_ratio, Value y) {
            const Value t = base * ratio;
            const Value u = reverse * inverse_ratio;
            const Value two(Scalar{2});
            const Value q = detail::inverse(two + t + u);
            return q * (two - y * ((u - t) * q));
        });
        return sum * Value(static_cast<Scalar>(height_));
    }

  private:
    detail::LogisticSum<Alpha{1 / Steepness.value}, 25, 25> sum_;
    double height_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
