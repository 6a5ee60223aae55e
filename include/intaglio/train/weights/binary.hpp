// The arithmetic of binary weights.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// code = sign, with sign(0) = 1.
template <Per Scope, class Surrogate>
struct WeightCode<SignWeights<WeightScale::one, Scope, Surrogate>> {
    template <class Float>
    static std::int8_t code(Float w) {
        return w >= 0 ? std::int8_t{1} : std::int8_t{-1};
    }
    template <class Float>
    static Float gradient(Float w) {
        return WeightSurrogate<Surrogate>::at(w);
    }
};

/// value = a * sign(w), a = mean |w|. Gradient of w_i: a * surrogate(w_i) * dvalue_i, and, if the mean is
/// differentiated, sign(w_i) / n * sum of dvalue_j * sign(w_j).
template <WeightScale Scale, Per Scope, class Surrogate>
struct WeightCode<SignWeights<Scale, Scope, Surrogate>> {
    static constexpr Per scope = Scope;
    using Sign = WeightCode<SignWeights<WeightScale::one, Scope, Surrogate>>;

    template <class Float>
    WeightCode(const Float* w, std::int64_t count) : scale_(detail::mean_magnitude(w, count)) {}

    [[nodiscard]] double scale() const { return scale_; }
    template <class Float>
    static std::int8_t code(Float w) {
        return Sign::code(w);
    }
    template <class Float>
    Float gradient(Float w) const {
        return static_cast<Float>(scale_) * Sign::gradient(w);
    }
    template <class Float, class Number>
    void add_shared_gradient(const Float* w, const Number* dvalue, std::int64_t count, Number* dw) const
        requires(Scale == WeightScale::differentiated_mean) {
        double sum = 0;
        for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(dvalue[i]) * code(w[i]);
        const auto share = static_cast<Number>(sum / static_cast<double>(count));
        for (std::int64_t i = 0; i < count; ++i) dw[i] += static_cast<Number>(code(w[i])) * share;
    }

  private:
    double scale_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
