// The surrogate made of the arc tangent.
#pragma once

#include <numbers>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/surrogates.hpp"
#include "intaglio/train/steps/staircase.hpp"
#include "intaglio/train/surrogates/values.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Sum over the thresholds b_m of (2 / (pi w)) / (1 + (2 (value - b_m) / w)^2), times the rise of a step.
template <Width W>
class SurrogateGradient<ArcTan<W>> {
  public:
    explicit SurrogateGradient(const Staircase& s)
        : levels_(detail::summed_levels(s)), height_(2 * s.rise() / (std::numbers::pi * W.value)) {
        for (int m = 0; m < levels_; ++m) threshold_.set(m, s.threshold(m));
    }

    template <class Value>
    Value operator()(Value value) const {
        using Scalar = detail::ScalarOf<Value>;
        const Scalar* threshold = threshold_.as<Scalar>();
        const Value scale(static_cast<Scalar>(2 / W.value));
        const Value one(Scalar{1});
        // The square of a single-precision number must not overflow, nor its inverse vanish.
        constexpr auto far = static_cast<Scalar>(1e15);
        Value sum(Scalar{0});
        for (int m = 0; m < levels_; ++m) {
            const Value z = detail::clamp((value - Value(threshold[m])) * scale, -far, far);
            sum = sum + detail::inverse(one + z * z);
        }
        return sum * Value(static_cast<Scalar>(height_));
    }

  private:
    int levels_;
    double height_;
    detail::PerThreshold threshold_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
