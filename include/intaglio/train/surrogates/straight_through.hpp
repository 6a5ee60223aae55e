// Straight-through estimators: the step is taken for the identity.
#pragma once

#include "intaglio/model/surrogates.hpp"
#include "intaglio/train/staircase.hpp"
#include "intaglio/train/surrogates/values.hpp"

namespace intaglio::train {

/// 1 strictly between the lowest and the highest value, 0 outside.
template <>
class SurrogateGradient<StraightThrough> {
  public:
    explicit SurrogateGradient(const Staircase& s) : lowest_(s.lowest_value()), highest_(s.highest_value()) {}

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

}  // namespace intaglio::train
