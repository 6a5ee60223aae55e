// What happens to the latent weights of an output unit before they are quantised, as types.
#pragma once

#include <cstdint>

#include "intaglio/model/options.hpp"

namespace intaglio {

// A standardisation is an empty type that sets option::standardization. It has a `name`; `scaled` says whether
// quantised weights are multiplied by a factor of their own; `removes_mean`, whether the weights of an output unit have
// mean 0 after it: then a unit of one weight is always 0. With `unit_variance` they also have variance 1 (false if not
// given).

/// Weights are brought to mean 0 and variance 1 per output unit before they are quantised (Qiao et al. 2019; the
/// reading of (P2.4) under which (P2.7) covers a Gaussian). The default of most quantisers.
struct WeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "standardized";
    static constexpr bool scaled = false;
    static constexpr bool removes_mean = true;
    static constexpr bool unit_variance = true;
};

/// The same, and quantised weights are multiplied by 1 / sqrt(fan-in), so that sums keep their size without a norm
/// (Brock, De & Smith 2021).
struct ScaledWeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "standardized, scaled";
    static constexpr bool scaled = true;
    static constexpr bool removes_mean = true;
    static constexpr bool unit_variance = true;
};

/// (P2.4) as printed: (W - mean) / sqrt(fan-in * sigma + epsilon), with sigma to the first power. The result scales
/// with the square root of the weights and is small: for experiments.
struct PrintedWeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "standardized as printed";
    static constexpr bool scaled = false;
    static constexpr bool removes_mean = true;
};

/// Latent weights go into the quantiser as they are.
struct NoWeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "not standardized";
    static constexpr bool scaled = false;
    static constexpr bool removes_mean = false;
};

namespace detail {

/// Whether no weight is larger than the square root of fan-in - 1: one against all others, with mean 0 and variance 1.
template <class Standardization>
constexpr bool is_bounded = requires {
    requires Standardization::unit_variance;
};

/// The smallest fan-in at which the square of a standardised weight can reach numerator / denominator.
template <class Standardization>
constexpr std::int64_t fan_in_to_reach(std::int64_t numerator, std::int64_t denominator) {
    if (!is_bounded<Standardization> || denominator < 1) return 1;
    return (numerator + denominator - 1) / denominator + 1;
}

}  // namespace detail

}  // namespace intaglio
