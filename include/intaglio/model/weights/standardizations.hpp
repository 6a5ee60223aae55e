// What happens to the latent weights of an output unit before they are quantised, as types.
#pragma once

#include "intaglio/model/options.hpp"

namespace intaglio {

// A standardisation is an empty type that sets option::standardization. It has a `name`, and `scaled` says whether
// quantised weights are multiplied by a factor of their own.

/// Weights are brought to mean 0 and variance 1 per output unit before they are quantised (Qiao et al. 2019; the
/// reading of (P2.4) under which (P2.7) covers a Gaussian). The default of most quantisers.
struct WeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "standardized";
    static constexpr bool scaled = false;
};

/// The same, and quantised weights are multiplied by 1 / sqrt(fan-in), so that sums keep their size without a norm
/// (Brock, De & Smith 2021).
struct ScaledWeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "standardized, scaled";
    static constexpr bool scaled = true;
};

/// (P2.4) as printed: (W - mean) / sqrt(fan-in * sigma + epsilon), with sigma to the first power. The result scales
/// with the square root of the weights and is small: for experiments.
struct PrintedWeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "standardized as printed";
    static constexpr bool scaled = false;
};

/// Latent weights go into the quantiser as they are.
struct NoWeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "not standardized";
    static constexpr bool scaled = false;
};

}  // namespace intaglio
