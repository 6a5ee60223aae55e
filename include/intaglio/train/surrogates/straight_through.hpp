// Straight-through estimators: the step is taken for the identity.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/surrogates.hpp"
#include "intaglio/train/steps/staircase.hpp"
#include "intaglio/train/surrogates/values.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

/// 1 strictly between two values, 0 outside.
class Indicator {
  public:
    Indicator(double lowest, double highest) : lowest_(lowest), highest_(highest) {}

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

}  // namespace detail

/// 1 strictly between the lowest and the highest value, 0 outside.
template <>
class SurrogateGradient<StraightThrough> : public detail::Indicator {
  public:
    explicit SurrogateGradient(const Staircase& s) : Indicator(s.lowest_value(), s.highest_value()) {}
};

/// The same, half of the range further on both sides.
template <>
class SurrogateGradient<WideStraightThrough> : public detail::Indicator {
  public:
    explicit SurrogateGradient(const Staircase& s)
        : Indicator(1.5 * s.lowest_value() - 0.5 * s.highest_value(),
                    1.5 * s.highest_value() - 0.5 * s.lowest_value()) {}
};

/// 1 everywhere.
template <>
class SurrogateGradient<UnclippedStraightThrough> {
  public:
    explicit SurrogateGradient(const Staircase& /*staircase*/) {}

    template <class Value>
    Value operator()(Value /*value*/) const {
        return Value(detail::ScalarOf<Value>{1});
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
