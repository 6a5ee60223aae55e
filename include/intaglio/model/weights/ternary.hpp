// Ternary weights by a threshold.
#pragma once

#include <cstdint>

#include "intaglio/model/weights/binary.hpp"

namespace intaglio {

/// A threshold in units of the mean magnitude of the weights.
struct ThresholdFactor {
    double value;
};

/// Weights -1, 0 and 1 (TWN; Li et al. 2016; (P1.3), (P1.5)): 0 where |w| <= D, else the sign, with D = factor * mean
/// of |w| over the layer or an output channel. With a scale they are times the mean of those |w| that exceed D, over
/// the same weights. D counts as a constant in the gradient. Not standardised by default: the threshold follows the
/// weights.
template <ThresholdFactor Factor = ThresholdFactor{0.7}, Per Scope = Per::layer, WeightScale Scale = WeightScale::one,
          class Surrogate = PlainIdentity<>>
struct TernaryWeights {
    using option = option::weight;
    using surrogate = Surrogate;
    using standardization = NoWeightStandardization;
    static constexpr std::int32_t states = 3;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
    static constexpr double factor = Factor.value;
    /// The largest of n magnitudes is at most n times their mean, of weights with mean 0 n / 2 times.
    template <class Standardization>
    static constexpr std::int64_t smallest_fan_in = [] {
        constexpr double to_exceed = Standardization::removes_mean ? 2 * factor : factor;
        if (Scope == Per::layer || !(to_exceed > 0)) return std::int64_t{1};
        return to_exceed < INT32_MAX ? static_cast<std::int64_t>(to_exceed) + 1 : std::int64_t{INT32_MAX};
    }();
    static constexpr bool scaled = Scale != WeightScale::one;
    static constexpr auto text = [] {
        detail::NameParts parts;
        parts.add(Scope == Per::layer ? "threshold per layer" : "threshold per channel", factor);
        if (scaled) parts.add(detail::scale_words(Scale, Scope));
        detail::add_surrogate<Surrogate, PlainIdentity<>>(parts);
        return parts.text;
    }();
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        if (factor > 0) return {};
        return {.kind = &threshold_factor_of_ternary_weights_must_be_positive,
                .subject = &model_error::the<TernaryWeights>::type};
    }
};

}  // namespace intaglio
