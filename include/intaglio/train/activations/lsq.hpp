// The arithmetic of activations with a learned step size.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/activations/lsq.hpp"
#include "intaglio/train/operations/activation_scale.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// With u = value / s: the derivative of s * code with respect to s is code - u strictly between the ends and the code
/// elsewhere, times 1 / sqrt(N Q_P) (Esser et al. 2020, (3)).
template <int Bits, Initial Start, class Surrogate>
class ActivationScale<LsqAct<Bits, Start, Surrogate>> {
  public:
    ActivationScale(const float* step, std::int64_t activations)
        : step_(static_cast<double>(*step)),
          gradient_scale_(1 / std::sqrt(static_cast<double>(activations) * highest)) {}

    [[nodiscard]] double scale() const { return step_; }
    [[nodiscard]] std::array<float, 1> derivatives(float input, float output) const {
        const bool within = input > 0 && input < static_cast<float>(highest);
        return {static_cast<float>(gradient_scale_) * (output - (within ? input : 0.0F))};
    }
    template <class Each>
    static void initialize(const Each& each, std::int64_t count, float* step) {
        double sum = 0;
        each([&](double value) { sum += value > 0 ? value : 0.0; });
        *step = static_cast<float>(2 * sum / (static_cast<double>(count) * std::sqrt(highest)));
    }

  private:
    static constexpr double highest = static_cast<double>(LsqAct<Bits, Start, Surrogate>::codes.highest);

    double step_;
    double gradient_scale_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
