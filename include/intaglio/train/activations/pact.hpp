// The arithmetic of activations with a learned clipping value.
#pragma once

#include <array>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/activations/pact.hpp"
#include "intaglio/train/operations/activation_scale.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// The derivative of the value with respect to alpha: 1 where it is at least alpha, 0 elsewhere (Choi et al. 2018).
template <int Bits, Initial Start, class Surrogate>
class ActivationScale<PactAct<Bits, Start, Surrogate>> {
  public:
    ActivationScale(const float* alpha, std::int64_t /*activations*/) : alpha_(static_cast<double>(*alpha)) {}

    [[nodiscard]] double scale() const { return alpha_; }
    [[nodiscard]] static std::array<float, 1> derivatives(float input, float /*output*/) {
        return {input >= 1 ? 1.0F : 0.0F};
    }

  private:
    double alpha_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
