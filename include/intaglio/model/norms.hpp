// Normalisations as types. All are applied to the accumulators of a layer, before its activation.
#pragma once

#include <type_traits>

#include "intaglio/model/granularity.hpp"
#include "intaglio/model/options.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(epsilon_of_a_norm_must_be_positive_and_finite)
INTAGLIO_MODEL_ERROR(norm_without_deviation_has_no_epsilon)

/// What a norm adds to a variance: deviation = sqrt(variance + epsilon).
struct Epsilon {
    double value;
};
/// The one of norms that give none.
inline constexpr double default_epsilon = 1e-5;

INTAGLIO_MODEL_ERROR(norm_needs_a_static_constexpr_name)
INTAGLIO_MODEL_ERROR(norm_needs_static_constexpr_Per_statistics)
INTAGLIO_MODEL_ERROR(norm_needs_a_static_constexpr_bool_has_gain)

namespace detail {

template <class T>
concept HasStatistics = requires {
    requires is_static<decltype(&T::statistics)>;
    typename Known<is_known<Per>(T::statistics)>;
};
template <class T>
concept HasGain = requires {
    requires is_static<decltype(&T::has_gain)>;
    typename Known<is_known<bool>(T::has_gain)>;
};
template <class T>
concept HasPrimitiveOfNorm = requires {
    typename T::template primitive<true>;
};

/// A norm over batch statistics, or over none.
template <class T>
concept StatisticsNorm = HasName<T> && HasStatistics<T> && HasGain<T>;

/// The first thing that `T` lacks to be one.
template <class T>
constexpr Problem norm_problem() {
    const char* subject = &model_error::the<T>::type;
    if constexpr (!HasName<T>) {
        return {.kind = &norm_needs_a_static_constexpr_name, .subject = subject};
    } else if constexpr (!HasStatistics<T>) {
        return {.kind = &norm_needs_static_constexpr_Per_statistics, .subject = subject};
    } else {
        return {.kind = &norm_needs_a_static_constexpr_bool_has_gain, .subject = subject};
    }
}

}  // namespace detail

/// A norm: an empty type that sets option::norm. It has a `name` and says what it measures (`statistics`) and whether
/// it trains a gain (`has_gain`) beside a bias per channel: value = gain (x - mean) / deviation + bias; all static
/// constexpr. One with another operation names it instead: `template <bool OneGain> using primitive`. Norms that
/// measure every sample by itself are in sample_norms.hpp.
template <class T>
concept Norm = detail::OptionOf<T, option::norm> &&(detail::HasPrimitiveOfNorm<T> || detail::StatisticsNorm<T>);

/// One mean and deviation per channel, over the batch and all pixels (Ioffe & Szegedy 2015; (P2.2)).
struct BatchNorm {
    using option = option::norm;
    static constexpr const char* name = "batch norm";
    static constexpr Per statistics = Per::channel;
    static constexpr bool has_gain = true;
};

/// One mean and deviation per layer, over the batch, all channels and all pixels; gain and bias per channel (P2.5).
struct LayerBatchNorm {
    using option = option::norm;
    static constexpr const char* name = "layer-batch norm";
    static constexpr Per statistics = Per::layer;
    static constexpr bool has_gain = true;
};
using Lbn = LayerBatchNorm;

/// No statistics, only a trained bias: value = x + bias. The norm of binary networks, whose activations look at
/// signs only.
struct TrainedBias {
    using option = option::norm;
    static constexpr const char* name = "trained bias";
    static constexpr Per statistics = Per::nothing;
    static constexpr bool has_gain = false;
};

/// No statistics, a trained gain and bias per channel: value = gain x + bias.
struct AffineNorm {
    using option = option::norm;
    static constexpr const char* name = "trained scale";
    static constexpr Per statistics = Per::nothing;
    static constexpr bool has_gain = true;
};

/// No normalisation: the value is the accumulator times the steps of weights and activations.
struct NoNorm {
    using option = option::norm;
    static constexpr const char* name = "";
};

/// The same norm with another epsilon than 1e-5: WithEpsilon<BatchNorm, Epsilon{1e-3}> is that of Keras. It is part of
/// the identity of a network.
template <class Normalization, Epsilon Value>
struct WithEpsilon : Normalization {
    static constexpr double epsilon = Value.value;
    static constexpr Problem problem() {
        if constexpr (requires { Normalization::problem(); }) {
            constexpr Problem own = Normalization::problem();
            if (own.exists()) return own;
        }
        if constexpr (requires { Normalization::statistics; }) {
            if (Normalization::statistics == Per::nothing) return without_deviation();
        }
        if (std::is_same_v<Normalization, NoNorm>) return without_deviation();
        if (epsilon > 0 && epsilon <= 1.7976931348623157e308) return {};
        return {.kind = &epsilon_of_a_norm_must_be_positive_and_finite,
                .subject = &model_error::the<WithEpsilon>::type};
    }

  private:
    static constexpr Problem without_deviation() {
        return {.kind = &norm_without_deviation_has_no_epsilon, .subject = &model_error::the<WithEpsilon>::type};
    }
};

/// One gain for all channels of a norm; keeps a common scale of the logits.
struct SingleGain {
    using option = option::gain;
};
/// One gain per channel; the default.
struct ChannelGain {
    using option = option::gain;
};

}  // namespace intaglio
