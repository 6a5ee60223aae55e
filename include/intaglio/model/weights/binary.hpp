// Weights of two signs, as they are or times a mean.
#pragma once

#include <cstdint>

#include "intaglio/core/codes.hpp"
#include "intaglio/model/granularity.hpp"
#include "intaglio/model/options.hpp"
#include "intaglio/model/trained_parameters.hpp"
#include "intaglio/model/weights/standardizations.hpp"
#include "intaglio/model/weights/surrogates.hpp"

namespace intaglio {

/// What codes are multiplied by: 1, or the mean magnitude of the weights that they stand for. The mean counts as a
/// constant in the gradient, unless it is differentiated.
enum class WeightScale : std::int8_t { one, mean, differentiated_mean };

namespace detail {

constexpr const char* scale_words(WeightScale scale, Per per) {
    const bool channel = per == Per::channel;
    switch (scale) {
        case WeightScale::mean:
            return channel ? "times the channel's mean" : "times the layer's mean";
        case WeightScale::differentiated_mean:
            return channel ? "times the channel's differentiated mean" : "times the layer's differentiated mean";
        case WeightScale::one:
            break;
    }
    return "";
}

/// Scaled codes follow the size of the latent weights, which a standardisation would take away.
template <WeightScale Scale>
struct StandardizationUnderScale {
    using type = NoWeightStandardization;
};
template <>
struct StandardizationUnderScale<WeightScale::one> {
    using type = WeightStandardization;
};

}  // namespace detail

/// Weights -1 and 1, the sign of What with sign(0) = 1; with a scale -a and a, where a is the mean of |What| over an
/// output channel or the layer, which brings the scaled signs closest to What (BWN; Rastegari et al. 2016). With
/// PlainIdentity the latent weights are kept within -1 ... 1. Weights with a scale are not standardised by default.
template <WeightScale Scale = WeightScale::one, Per Scope = Per::channel, class Surrogate = ClippedIdentity<>>
struct SignWeights {
    using option = option::weight;
    using surrogate = Surrogate;
    using standardization = typename detail::StandardizationUnderScale<Scale>::type;
    static constexpr std::int32_t states = 2;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
    static constexpr bool scaled = Scale != WeightScale::one;
    static constexpr bool clips = requires { requires Surrogate::unbounded; };
    static constexpr auto text = [] {
        detail::NameParts parts;
        if (scaled) parts.add(detail::scale_words(Scale, Scope));
        detail::add_surrogate<Surrogate, ClippedIdentity<>>(parts);
        return parts.text;
    }();
    static constexpr const char* name = text.data;
};

/// Weights -1 and 1, by the sign alone.
using BinaryWeights = SignWeights<>;

}  // namespace intaglio
