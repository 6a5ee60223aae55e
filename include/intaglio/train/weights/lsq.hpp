// The arithmetic of weights with a learned step size.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/weights/lsq.hpp"
#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// With u = w / s: code = round(u), clamped to the codes. Gradients (Esser et al. 2020, (3) and (5)): of the weight 1
/// where u lies strictly between the lowest and the highest code, else 0; of the step there code - u, else the code,
/// times 1 / sqrt(N Q_P).
template <int Bits, Per Scope>
struct WeightCode<Lsq<Bits, Scope>> {
    static constexpr Per scope = Scope;
    static constexpr double lowest = static_cast<double>(Lsq<Bits, Scope>::codes.lowest);
    static constexpr double highest = static_cast<double>(Lsq<Bits, Scope>::codes.highest);

    template <class Float>
    WeightCode(const Float*, std::int64_t count, const float* step)
        : step_(static_cast<double>(*step)), gradient_scale_(1 / std::sqrt(static_cast<double>(count) * highest)) {}

    [[nodiscard]] double scale() const { return step_; }
    template <class Float>
    [[nodiscard]] std::int8_t code(Float w) const {
        INTAGLIO_STRICT_FLOATS
        return static_cast<std::int8_t>(rounded(detail::quotient(static_cast<double>(w), step_)));
    }
    template <class Float>
    [[nodiscard]] Float gradient(Float w) const {
        return within(static_cast<double>(w) / step_) ? Float{1} : Float{0};
    }
    template <class Float>
    void add_parameter_gradient(const Float* w, const Float* dvalue, std::int64_t count, double* sums) const {
        double sum = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            const double u = static_cast<double>(w[i]) / step_;
            sum += static_cast<double>(dvalue[i]) * (rounded(u) - (within(u) ? u : 0.0));
        }
        sums[0] += gradient_scale_ * sum;
    }
    template <class Float>
    static void initialize(const Float* w, std::int64_t count, float* step) {
        *step = static_cast<float>(2 * detail::mean_magnitude(w, count) / std::sqrt(highest));
    }

  private:
    static bool within(double u) { return lowest < u && u < highest; }
    static double rounded(double u) {
        INTAGLIO_STRICT_FLOATS
        const double nearest = std::floor(std::fabs(u) + 0.5);
        const double code = u < 0 ? -nearest : nearest;
        return code < lowest ? lowest : code > highest ? highest : code;
    }

    double step_;
    double gradient_scale_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
