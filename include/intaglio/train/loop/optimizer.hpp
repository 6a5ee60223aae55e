// Optimisers.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/loop/option_text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Stochastic gradient descent with momentum: v <- momentum v + g, w <- w - rate v.
struct MomentumSgd {
    double learning_rate = 0.05;
    double momentum = 0.9;

    static constexpr std::size_t moments = 1;
    static constexpr const char* name = "momentum SGD";

    void update(float* weights, const float* gradient, std::size_t count, float decay, double rate,
                std::uint64_t /*step*/, float* velocity, float* /*unused*/) const {
        const auto m = static_cast<float>(momentum);
        const auto r = static_cast<float>(rate);
        for (std::size_t i = 0; i < count; ++i) {
            velocity[i] = m * velocity[i] + (gradient[i] + decay * weights[i]);
            weights[i] -= r * velocity[i];
        }
    }

    /// Throws std::invalid_argument for a setting other than the learning rate that is out of range.
    [[gnu::cold]] void check() const { train::require_option(momentum >= 0 && momentum < 1, "momentum", momentum); }
    /// The settings other than the learning rate, as text.
    [[gnu::cold]] [[nodiscard]] std::string description() const {
        return joined({"momentum ", train::number_text(momentum)});
    }
};

namespace train {

[[gnu::cold]] inline void check_adam(double beta1, double beta2, double epsilon) {
    require_option(beta1 >= 0 && beta1 < 1, "beta1", beta1);
    require_option(beta2 >= 0 && beta2 < 1, "beta2", beta2);
    require_option(epsilon > 0, "epsilon", epsilon);
}
[[gnu::cold]] inline std::string adam_text(double beta1, double beta2, double epsilon) {
    return joined({"beta1 ", number_text(beta1), ", beta2 ", number_text(beta2), ", epsilon ", number_text(epsilon)});
}

/// One step of Adam; `Decoupled` says whether weights decay by themselves or through the gradient.
template <bool Decoupled, class Options>
void update_adam(const Options& options, float* weights, const float* gradient, std::size_t count, float decay,
                 double rate, std::uint64_t step, float* first, float* second) {
    const double correction1 = 1.0 - std::pow(options.beta1, static_cast<double>(step));
    const double correction2 = 1.0 - std::pow(options.beta2, static_cast<double>(step));
    const auto b1 = static_cast<float>(options.beta1);
    const auto b2 = static_cast<float>(options.beta2);
    const auto r = static_cast<float>(rate / correction1);
    const auto scale = static_cast<float>(1.0 / std::sqrt(correction2));
    const auto e = static_cast<float>(options.epsilon);
    [[maybe_unused]] const auto shrink = static_cast<float>(rate * static_cast<double>(decay));
    for (std::size_t i = 0; i < count; ++i) {
        float g = gradient[i];
        if constexpr (Decoupled) {
            weights[i] -= shrink * weights[i];
        } else {
            g += decay * weights[i];
        }
        first[i] = b1 * first[i] + (1.0F - b1) * g;
        second[i] = b2 * second[i] + (1.0F - b2) * g * g;
        weights[i] -= r * first[i] / (std::sqrt(second[i]) * scale + e);
    }
}

}  // namespace train

/// Adam (Kingma & Ba 2015), with bias correction; `step` counts from 1. Weight decay is added to the gradient.
struct Adam {
    double learning_rate = 0.003;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;

    static constexpr std::size_t moments = 2;
    static constexpr const char* name = "Adam";

    void update(float* weights, const float* gradient, std::size_t count, float decay, double rate, std::uint64_t step,
                float* first, float* second) const {
        train::update_adam<false>(*this, weights, gradient, count, decay, rate, step, first, second);
    }
    /// See MomentumSgd.
    [[gnu::cold]] void check() const { train::check_adam(beta1, beta2, epsilon); }
    [[gnu::cold]] [[nodiscard]] std::string description() const { return train::adam_text(beta1, beta2, epsilon); }
};

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019): w <- w - rate decay w beside the step of Adam, whose
/// moments do not see the decay. The decay is multiplied by the whole learning rate, as in common implementations, so
/// that useful ones are larger than with Adam (0.01).
struct AdamW {
    double learning_rate = 0.003;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;

    static constexpr std::size_t moments = 2;
    static constexpr const char* name = "AdamW";

    void update(float* weights, const float* gradient, std::size_t count, float decay, double rate, std::uint64_t step,
                float* first, float* second) const {
        train::update_adam<true>(*this, weights, gradient, count, decay, rate, step, first, second);
    }
    /// See MomentumSgd.
    [[gnu::cold]] void check() const { train::check_adam(beta1, beta2, epsilon); }
    [[gnu::cold]] [[nodiscard]] std::string description() const { return train::adam_text(beta1, beta2, epsilon); }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
