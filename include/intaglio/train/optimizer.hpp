// Optimisers and learning-rate schedules.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "intaglio/train/thread_pool.hpp"

namespace intaglio {

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
};

/// Adam (Kingma & Ba 2015), with bias correction; `step` counts from 1.
struct Adam {
    double learning_rate = 0.003;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;

    static constexpr std::size_t moments = 2;
    static constexpr const char* name = "Adam";

    void update(float* weights, const float* gradient, std::size_t count, float decay, double rate, std::uint64_t step,
                float* first, float* second) const {
        const double correction1 = 1.0 - std::pow(beta1, static_cast<double>(step));
        const double correction2 = 1.0 - std::pow(beta2, static_cast<double>(step));
        const auto b1 = static_cast<float>(beta1);
        const auto b2 = static_cast<float>(beta2);
        const auto r = static_cast<float>(rate / correction1);
        const auto scale = static_cast<float>(1.0 / std::sqrt(correction2));
        const auto e = static_cast<float>(epsilon);
        for (std::size_t i = 0; i < count; ++i) {
            const float g = gradient[i] + decay * weights[i];
            first[i] = b1 * first[i] + (1.0F - b1) * g;
            second[i] = b2 * second[i] + (1.0F - b2) * g * g;
            weights[i] -= r * first[i] / (std::sqrt(second[i]) * scale + e);
        }
    }
};

/// Cosine annealing from 1 to 0 over `total` steps (Loshchilov & Hutter 2017): the factor of step 0, 1, ...
inline double cosine_schedule(std::uint64_t step, std::uint64_t total) {
    if (total == 0 || step >= total) return 0.0;
    constexpr double pi = 3.14159265358979323846;
    return 0.5 * (1.0 + std::cos(pi * static_cast<double>(step) / static_cast<double>(total)));
}

}  // namespace intaglio
