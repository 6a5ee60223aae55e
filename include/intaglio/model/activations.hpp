// Activations as types: how a normalised value becomes an activation code.
#pragma once

#include <cstdint>

#include "intaglio/model/codes.hpp"
#include "intaglio/model/options.hpp"
#include "intaglio/model/surrogates.hpp"

namespace intaglio {

/// Number of activation states, e.g. `Act<M_a{4}>` for codes {0, 1, 2, 3}.
struct M_a {
    std::int32_t count;
};

/// Activation with M_a states: code = round half up of (M_a-1) * value, clamped to 0 ... M_a-1 (P2.8).
template <M_a Count, class SurrogateGradient = SigmoidSum<>>
struct Act {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr CodeRange codes{0, Count.count - 1};
    static constexpr std::int64_t denominator = Count.count - 1;
};

/// The layer hands on its accumulators; what follows must be a norm, an activation, a join or the end.
struct NoActivation {
    using option = option::activation;
};

/// Largest absolute value that a grid covers.
struct Range {
    std::int32_t value;
};

/// The integer grid on which the branches of a residual block meet (exactness contract 4): symmetric codes of
/// `Quantizer`, of which `Limit` (a power of two) is the largest value. Behind the join the sum is again an integer.
template <class Quantizer, Range Limit = Range{8}>
struct Join {
    using option = option::join;
    using surrogate = StraightThrough;
    static constexpr CodeRange codes = Quantizer::codes;
    static constexpr std::int64_t denominator = (codes.highest + 1) / Limit.value;
    static_assert(denominator >= 1, "the grid of a Join needs at least one code per unit");
};

}  // namespace intaglio
