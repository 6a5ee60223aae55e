// The arithmetic of ternary weights by a threshold.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// code = 0 where |w| <= D = factor * mean |w|, else the sign; times a, the mean of |w| over the weights that are not
/// 0, if there is a scale (0 if there are none). Gradient of w_i: a * surrogate(w_i) * dvalue_i, and, if the mean is
/// differentiated, code_i / (number of codes that are not 0) * sum of dvalue_j * code_j.
template <ThresholdFactor Factor, Per Scope, WeightScale Scale, class Surrogate>
struct WeightCode<TernaryWeights<Factor, Scope, Scale, Surrogate>> {
    static constexpr Per scope = Scope;

    template <class Float>
    WeightCode(const Float* w, std::int64_t count)
        : threshold_(detail::product(Factor.value, detail::mean_magnitude(w, count))) {
        INTAGLIO_STRICT_FLOATS
        if constexpr (Scale != WeightScale::one) {
            double sum = 0;
            for (std::int64_t i = 0; i < count; ++i) {
                if (code(w[i]) == 0) continue;
                sum += std::fabs(static_cast<double>(w[i]));
                ++nonzero_;
            }
            scale_ = nonzero_ > 0 ? sum / static_cast<double>(nonzero_) : 0.0;
        }
    }

    [[nodiscard]] double threshold() const { return threshold_; }
    [[nodiscard]] double scale() const { return scale_; }
    template <class Float>
    [[nodiscard]] std::int8_t code(Float w) const {
        const auto exact = static_cast<double>(w);
        return exact > threshold_ ? std::int8_t{1} : exact < -threshold_ ? std::int8_t{-1} : std::int8_t{0};
    }
    template <class Float>
    Float gradient(Float w) const {
        return static_cast<Float>(scale_) * WeightSurrogate<Surrogate>::at(w);
    }
    template <class Float, class Number>
    void add_shared_gradient(const Float* w, const Number* dvalue, std::int64_t count, Number* dw) const
        requires(Scale == WeightScale::differentiated_mean) {
        if (nonzero_ == 0) return;
        double sum = 0;
        for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(dvalue[i]) * code(w[i]);
        const auto share = static_cast<Number>(sum / static_cast<double>(nonzero_));
        for (std::int64_t i = 0; i < count; ++i) dw[i] += static_cast<Number>(code(w[i])) * share;
    }

  private:
    double threshold_;
    double scale_ = 1;
    std::int64_t nonzero_ = 0;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
