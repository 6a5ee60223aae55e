// One update of all parameters: clipping of gradients, the optimiser, limits of latent weights.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/thread_pool.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// What happens to a gradient in front of the optimiser: clipped to [-value, value] where value is positive, then
/// multiplied by `scale`.
struct GradientChange {
    double value = 0;
    double scale = 1;

    [[nodiscard]] Gradient operator()(Gradient gradient) const {
        const auto limit = static_cast<Gradient>(value);
        if (value > 0) gradient = std::min(std::max(gradient, -limit), limit);
        return static_cast<Gradient>(scale) * gradient;
    }
};

/// Euclidean norm of the gradients, each clipped to [-value, value] where value is positive. Summed at fixed places, so
/// that it does not depend on the number of threads. Throws std::runtime_error if it is not finite.
[[gnu::cold]] inline double gradient_norm(std::span<const Gradient> gradients, double value, ThreadPool& pool) {
    constexpr std::size_t lanes = 8;  // independent sums, which a processor adds side by side
    const GradientChange clip{.value = value};
    std::array<double, sample_groups> sums{};
    const auto count = static_cast<std::int64_t>(gradients.size());
    pool.run(sample_groups, [&](std::int64_t group, int) {
        std::array<double, lanes> lane{};
        const auto begin = static_cast<std::size_t>(group_begin(count, group));
        const auto end = static_cast<std::size_t>(group_begin(count, group + 1));
        for (std::size_t i = begin; i < end; ++i) {
            const double g = static_cast<double>(clip(gradients[i]));
            lane[(i - begin) % lanes] += g * g;
        }
        sums[static_cast<std::size_t>(group)] = tree_sum([&](std::size_t l) { return lane[l]; });
    });
    const double norm = std::sqrt(tree_sum([&](std::size_t group) { return sums[group]; }));
    if (!is_finite(norm)) throw std::runtime_error("the gradient is not finite: the training has diverged");
    return norm;
}

/// The factor that brings gradients of this norm to at most `limit`; 1 where limit is 0.
inline double clip_scale(double norm, double limit) {
    return limit > 0 && norm > limit ? limit / norm : 1.0;
}

/// Updates all parameters of `ranges`: gradients are changed, weights decay, and what has a limit is clipped to it.
/// `number` of the update counts from 1. Allocates nothing; the result does not depend on the number of threads.
template <class Optimizer>
void update_parameters(const Optimizer& optimizer, const std::vector<ParameterRange>& ranges, float* parameters,
                       const Gradient* gradients, float* first, float* second, GradientChange change,
                       double weight_decay, double rate, std::uint64_t number, ThreadPool& pool) {
    constexpr std::int64_t block = 4096;
    const bool changes = change.value > 0 || change.scale != 1.0;
    for (const ParameterRange& range : ranges) {
        const float decay = range.decays ? static_cast<float>(weight_decay) : 0.0F;
        pool.run((range.count + block - 1) / block, [&](std::int64_t task, int) {
            const std::int64_t begin = range.begin + task * block;
            const auto count = static_cast<std::size_t>(std::min(block, range.begin + range.count - begin));
            const Gradient* gradient = gradients + begin;
            Gradient changed[block];
            if (changes) {
                for (std::size_t i = 0; i < count; ++i) changed[i] = change(gradient[i]);
                gradient = changed;
            }
            optimizer.update(parameters + begin, gradient, count, decay, rate, number, first + begin, second + begin);
            if (range.smallest > 0) {
                const auto smallest = static_cast<float>(range.smallest);
                for (float* p = parameters + begin; p != parameters + begin + count; ++p) *p = std::max(*p, smallest);
            }
            if (range.limit > 0) {
                const auto limit = static_cast<float>(range.limit);
                for (float* p = parameters + begin; p != parameters + begin + count; ++p) {
                    *p = std::min(std::max(*p, -limit), limit);
                }
            }
        });
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
