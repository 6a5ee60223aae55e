// Optimisers, and what one of one's own has.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

#include "intaglio/core/constant.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/errors.hpp"
#include "intaglio/train/loop/option_text.hpp"
#include "intaglio/train/program/gradient.hpp"

namespace intaglio::model_error {
template <class...>
struct optimizer_needs_a_learning_rate;
template <class...>
struct optimizer_needs_static_constexpr_moments_1_or_2;
template <class...>
struct optimizer_needs_a_static_constexpr_name;
template <class...>
struct optimizer_needs_update_of_weights;
template <class...>
struct optimizer_needs_description_so_that_checkpoints_compare_its_settings;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace train::detail {

template <class T>
concept HasLearningRate = requires(const T& optimizer) {
    { optimizer.learning_rate } -> std::convertible_to<double>;
};
template <class T>
concept HasMoments = requires {
    requires intaglio::is_static<decltype(&T::moments)>;
    requires T::moments == 1 || T::moments == 2;
};
template <class T>
concept UpdatesWeights = requires(const T& optimizer, float* weights, const train::Gradient* gradient, float* moment) {
    optimizer.update(weights, gradient, std::size_t{}, float{}, double{}, std::uint64_t{}, moment, moment);
};

}  // namespace train::detail

/// An optimiser: a type with
/// - `learning_rate`, which the schedule multiplies, and `name`, static constexpr,
/// - `moments`, static constexpr, 1 or 2: how many numbers it keeps for each parameter; they start as 0,
/// - `void update(float* weights, const train::Gradient* gradient, std::size_t count, float decay, double rate,
///   std::uint64_t number, float* first, float* second) const`: one update of `count` parameters, each by itself;
///   `rate` is the whole learning rate, `decay` the weight decay (0 for what is no weight), `number` of the update
///   counts from 1; `first` and `second` are the moments (the same memory if there is one),
/// - `std::string description() const`: its settings other than the learning rate, which checkpoints compare.
/// Optional: `void check() const` throws std::invalid_argument for a setting other than the learning rate that is out
/// of range.
template <class T>
concept Optimizer = train::detail::HasLearningRate<T> && intaglio::HasName<T> && train::detail::HasMoments<T> &&
    train::detail::UpdatesWeights<T> && requires(const T& optimizer) {
    { optimizer.description() } -> std::convertible_to<std::string>;
};

namespace train {

/// Does not compile unless T is an Optimizer: the error says what it lacks.
template <class T>
constexpr bool check_optimizer_type() {
    if constexpr (!detail::HasLearningRate<T>) {
        return intaglio::spell<model_error::optimizer_needs_a_learning_rate<T>>();
    } else if constexpr (!intaglio::HasName<T>) {
        return intaglio::spell<model_error::optimizer_needs_a_static_constexpr_name<T>>();
    } else if constexpr (!detail::HasMoments<T>) {
        return intaglio::spell<model_error::optimizer_needs_static_constexpr_moments_1_or_2<T>>();
    } else if constexpr (!detail::UpdatesWeights<T>) {
        return intaglio::spell<model_error::optimizer_needs_update_of_weights<T>>();
    } else if constexpr (!Optimizer<T>) {
        return intaglio::spell<model_error::optimizer_needs_description_so_that_checkpoints_compare_its_settings<T>>();
    } else {
        return true;
    }
}

}  // namespace train

/// Stochastic gradient descent with momentum: v <- momentum v + g, w <- w - rate v.
struct MomentumSgd {
    double learning_rate = 0.05;
    double momentum = 0.9;

    static constexpr std::size_t moments = 1;
    static constexpr const char* name = "momentum SGD";

    void update(float* weights, const train::Gradient* gradient, std::size_t count, float decay, double rate,
                std::uint64_t /*number*/, float* velocity, float* /*unused*/) const {
        const auto m = static_cast<float>(momentum);
        const auto r = static_cast<float>(rate);
        for (std::size_t i = 0; i < count; ++i) {
            velocity[i] = m * velocity[i] + (static_cast<float>(gradient[i]) + decay * weights[i]);
            weights[i] -= r * velocity[i];
        }
    }

    /// Throws std::invalid_argument for a setting other than the learning rate that is out of range.
    [[gnu::cold]] void check() const { train::require_option(momentum >= 0 && momentum < 1, "momentum", momentum); }
    /// The settings other than the learning rate, as text.
    [[gnu::cold]] [[nodiscard]] std::string description() const { return joined({"momentum ", number_text(momentum)}); }
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

/// One update of Adam; `Decoupled` says whether weights decay by themselves or through the gradient.
template <bool Decoupled, class Options>
void update_adam(const Options& options, float* weights, const Gradient* gradient, std::size_t count, float decay,
                 double rate, std::uint64_t number, float* first, float* second) {
    const double correction1 = 1.0 - std::pow(options.beta1, static_cast<double>(number));
    const double correction2 = 1.0 - std::pow(options.beta2, static_cast<double>(number));
    const auto b1 = static_cast<float>(options.beta1);
    const auto b2 = static_cast<float>(options.beta2);
    const auto r = static_cast<float>(rate / correction1);
    const auto scale = static_cast<float>(1.0 / std::sqrt(correction2));
    const auto e = static_cast<float>(options.epsilon);
    [[maybe_unused]] const auto shrink = static_cast<float>(rate * static_cast<double>(decay));
    for (std::size_t i = 0; i < count; ++i) {
        auto g = static_cast<float>(gradient[i]);
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

/// Adam (Kingma & Ba 2015), with bias correction; `number` of the update counts from 1. Weight decay is added to the
/// gradient.
struct Adam {
    double learning_rate = 0.003;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;

    static constexpr std::size_t moments = 2;
    static constexpr const char* name = "Adam";

    void update(float* weights, const train::Gradient* gradient, std::size_t count, float decay, double rate,
                std::uint64_t number, float* first, float* second) const {
        train::update_adam<false>(*this, weights, gradient, count, decay, rate, number, first, second);
    }
    /// See MomentumSgd.
    [[gnu::cold]] void check() const { train::check_adam(beta1, beta2, epsilon); }
    [[gnu::cold]] [[nodiscard]] std::string description() const { return train::adam_text(beta1, beta2, epsilon); }
};

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019): w <- w - rate decay w beside the update of Adam, whose
/// moments do not see the decay. The decay is multiplied by the whole learning rate, as in common implementations, so
/// that useful ones are larger than with Adam (0.01).
struct AdamW {
    double learning_rate = 0.003;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;

    static constexpr std::size_t moments = 2;
    static constexpr const char* name = "AdamW";

    void update(float* weights, const train::Gradient* gradient, std::size_t count, float decay, double rate,
                std::uint64_t number, float* first, float* second) const {
        train::update_adam<true>(*this, weights, gradient, count, decay, rate, number, first, second);
    }
    /// See MomentumSgd.
    [[gnu::cold]] void check() const { train::check_adam(beta1, beta2, epsilon); }
    [[gnu::cold]] [[nodiscard]] std::string description() const { return train::adam_text(beta1, beta2, epsilon); }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
