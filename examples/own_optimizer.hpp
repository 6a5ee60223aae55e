// An optimiser of your own. docs/extending.md goes through this file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <intaglio/train/loop/optimizer.hpp>
#include <string>

namespace app {

// Lion (Chen et al. 2023): weights move by the sign of a mix of momentum and gradient.
struct Lion {
    double learning_rate = 0.001;
    double beta1 = 0.9;
    double beta2 = 0.99;

    static constexpr std::size_t moments = 1;
    static constexpr const char* name = "Lion";

    // `count` parameters; `decay` is 0 where they are no weights.
    void update(float* weights, const intaglio::train::Gradient* gradient, std::size_t count, float decay, double rate,
                std::uint64_t /*step*/, float* momentum, float* /*unused*/) const {
        const auto b1 = static_cast<float>(beta1);
        const auto b2 = static_cast<float>(beta2);
        const auto r = static_cast<float>(rate);
        for (std::size_t i = 0; i < count; ++i) {
            const auto g = static_cast<float>(gradient[i]);
            const float mix = b1 * momentum[i] + (1 - b1) * g;
            const float sign = mix > 0 ? 1.0F : mix < 0 ? -1.0F : 0.0F;
            weights[i] -= r * (sign + decay * weights[i]);
            momentum[i] = b2 * momentum[i] + (1 - b2) * g;
        }
    }
    // Throws std::invalid_argument. Optional.
    void check() const {
        intaglio::train::require_option(beta1 >= 0 && beta1 < 1, "beta1", beta1);
        intaglio::train::require_option(beta2 >= 0 && beta2 < 1, "beta2", beta2);
    }
    // Checkpoints compare it. The learning rate is compared anyway.
    [[nodiscard]] std::string description() const {
        return "beta1 " + intaglio::number_text(beta1) + ", beta2 " + intaglio::number_text(beta2);
    }
};

}  // namespace app
