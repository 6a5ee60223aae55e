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

// An activation is an empty type that sets option::activation. It has `codes` and their `denominator`, and the
// `surrogate` of its derivative. Optional members: `code_spacing`, the distance of neighbouring codes if it is not 1,
// and `padding_code`, what the padding of a convolution behind it holds if it is not 0. One with another primitive
// operation names it: `using primitive`.

/// Activation with M_a states: code = round half up of (M_a-1) * value, clamped to 0 ... M_a-1 (P2.8).
template <M_a Count, class SurrogateGradient = SigmoidSum<>>
struct Act {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr CodeRange codes{0, std::int64_t{Count.count} - 1};
    static constexpr std::int64_t denominator = codes.highest;
};

/// The same by bits, 1 ... 8: 2^Bits states. Weights of as many bits, QInt<Bits>, have one state less: theirs are
/// symmetric around 0.
template <int Bits, class SurrogateGradient = SigmoidSum<>>
using ActBits = Act<M_a{Bits < 0 ? 0 : 1 << (Bits < 16 ? Bits : 16)}, SurrogateGradient>;

/// The layer hands on its accumulators; what follows must be a norm, an activation, a join or the end.
struct NoActivation {
    using option = option::activation;
};

/// Largest absolute value that a grid covers.
struct Range {
    std::int32_t value;
};

/// The integer grid on which the branches of a residual block meet (exactness contract 4): symmetric codes of
/// `Quantizer`, of which `Limit` (a divisor of the largest code plus 1) is the largest value. Behind the join the sum
/// is again an integer.
template <class Quantizer, Range Limit = Range{8}>
struct BranchGrid {
    using option = option::branch_grid;
    using surrogate = StraightThrough;
    static constexpr CodeRange codes = Quantizer::codes;
    static constexpr bool divides = Limit.value >= 1 && (codes.highest + 1) % (Limit.value >= 1 ? Limit.value : 1) == 0;
    static constexpr std::int64_t denominator = divides ? (codes.highest + 1) / Limit.value : 1;
    static constexpr Problem problem() {
        if constexpr (requires { Quantizer::problem(); }) {
            if (Quantizer::problem().exists()) return Quantizer::problem();
        }
        if (codes.bits() > 15) {
            return {.kind = &branch_grid_needs_more_than_15_bits, .expected = 15, .found = codes.bits()};
        }
        if (!divides) {
            return {.kind = &branch_grid_range_does_not_divide_its_grid,
                    .expected = codes.highest + 1,
                    .found = Limit.value};
        }
        return {};
    }
};

}  // namespace intaglio
