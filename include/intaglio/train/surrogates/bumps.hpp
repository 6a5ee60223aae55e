// Surrogates made of bumps with an end: rectangles and triangles. As the thresholds are equally far apart, sums over
// those whose bumps cover a value have a closed form: the time does not depend on the number of levels.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/surrogates.hpp"
#include "intaglio/train/steps/staircase.hpp"
#include "intaglio/train/surrogates/values.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

/// A staircase whose thresholds are the numbers 0 ... levels - 1.
struct ThresholdNumbers {
    explicit ThresholdNumbers(const Staircase& s)
        : first(s.threshold(0)), scale(1 / s.rise()), levels(static_cast<double>(s.levels())) {}

    /// Where `value` lies between the numbers of the thresholds.
    template <class Value>
    [[nodiscard]] Value position(Value value) const {
        using Scalar = ScalarOf<Value>;
        return (value - Value(static_cast<Scalar>(first))) * Value(static_cast<Scalar>(scale));
    }

    double first;
    double scale;
    double levels;
};

}  // namespace detail

/// Number of thresholds b_m with b_m - w/2 <= value < b_m + w/2, divided by w, times the rise of a step.
template <Width W>
class SurrogateGradient<Rectangle<W>> {
  public:
    explicit SurrogateGradient(const Staircase& s)
        : thresholds_(s), reach_(W.value / 2 * thresholds_.scale), height_(s.rise() / W.value) {}

    template <class Value>
    Value operator()(Value value) const {
        using Scalar = detail::ScalarOf<Value>;
        const Value position = thresholds_.position(value);
        const Value reach(static_cast<Scalar>(reach_));
        return (last_below(position + reach) - last_below(position - reach)) * Value(static_cast<Scalar>(height_));
    }

  private:
    /// The number of the last threshold at or below a position, -1 if there is none.
    template <class Value>
    Value last_below(Value position) const {
        using std::floor;
        using Scalar = detail::ScalarOf<Value>;
        return floor(detail::clamp(position, Scalar{-1}, static_cast<Scalar>(thresholds_.levels - 1)));
    }

    detail::ThresholdNumbers thresholds_;
    double reach_;
    double height_;
};

/// Sum over the thresholds b_m of max(0, 1 - |value - b_m| / (w/2)) / (w/2), times the rise of a step.
template <Width W>
class SurrogateGradient<Triangle<W>> {
  public:
    explicit SurrogateGradient(const Staircase& s)
        : thresholds_(s), reach_(W.value / 2 * thresholds_.scale), height_(2 * s.rise() / W.value) {}

    template <class Value>
    Value operator()(Value value) const {
        using std::ceil;
        using std::floor;
        using std::fmax;
        using std::fmin;
        using Scalar = detail::ScalarOf<Value>;
        const auto reach = static_cast<Scalar>(reach_);
        const auto levels = static_cast<Scalar>(thresholds_.levels);
        const Value first(Scalar{0});
        const Value last(levels - Scalar{1});
        const Value position = detail::clamp(thresholds_.position(value), -reach - Scalar{1}, levels + reach);
        const Value below = floor(position);
        // On each side the distances to the covered thresholds are an arithmetic series.
        const Value left_from = fmax(ceil(position - Value(reach)), first);
        const Value left_to = fmin(below, last);
        const Value right_from = fmax(below + Value(Scalar{1}), first);
        const Value right_to = fmin(floor(position + Value(reach)), last);
        const Value half(static_cast<Scalar>(0.5));
        const Value left_distance = position - (left_from + left_to) * half;
        const Value right_distance = (right_from + right_to) * half - position;
        const Value sum = side(left_from, left_to, left_distance) + side(right_from, right_to, right_distance);
        return sum * Value(static_cast<Scalar>(height_));
    }

  private:
    /// Sum over the thresholds `from` ... `to`, of which `distance` is the mean distance.
    template <class Value>
    Value side(Value from, Value to, Value distance) const {
        using std::fmax;
        using Scalar = detail::ScalarOf<Value>;
        const Value zero(Scalar{0});
        const Value count = fmax(to - from + Value(Scalar{1}), zero);
        return count * fmax(Value(Scalar{1}) - distance * Value(static_cast<Scalar>(1 / reach_)), zero);
    }

    detail::ThresholdNumbers thresholds_;
    double reach_;
    double height_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
