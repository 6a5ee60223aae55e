// Activations as types: how a normalised value becomes an activation code.
#pragma once

#include <cstdint>

#include "intaglio/core/codes.hpp"
#include "intaglio/model/options.hpp"
#include "intaglio/model/surrogates.hpp"

namespace intaglio {

/// Number of activation states, e.g. `Act<M_a{4}>` for codes {0, 1, 2, 3}.
struct M_a {
    std::int32_t count;
};

INTAGLIO_MODEL_ERROR(activation_needs_a_static_constexpr_CodeRange_codes)
INTAGLIO_MODEL_ERROR(activation_needs_a_static_constexpr_integer_denominator)
INTAGLIO_MODEL_ERROR(activation_needs_a_surrogate)

namespace detail {

template <class T>
concept HasSurrogate = requires {
    typename T::surrogate;
};
template <class T>
concept HasPrimitive = requires {
    typename T::primitive;
};

/// What a step goes to: an activation, or the grid of an addition.
template <class T>
concept StepTarget = HasCodes<T> && HasDenominator<T> && HasSurrogate<T> && Surrogate<typename T::surrogate>;

/// The first thing that `T` lacks to be one.
template <class T>
constexpr Problem step_target_problem() {
    const char* subject = &model_error::the<T>::type;
    if constexpr (!HasCodes<T>) {
        return {.kind = &activation_needs_a_static_constexpr_CodeRange_codes, .subject = subject};
    } else if constexpr (!HasDenominator<T>) {
        return {.kind = &activation_needs_a_static_constexpr_integer_denominator, .subject = subject};
    } else if constexpr (!HasSurrogate<T>) {
        return {.kind = &activation_needs_a_surrogate, .subject = subject};
    } else {
        return {.kind = &surrogate_needs_a_static_constexpr_name,
                .subject = &model_error::the<typename T::surrogate>::type};
    }
}

}  // namespace detail

/// An activation: an empty type that sets option::activation. It has `codes` (a CodeRange of 2 to 256 codes), their
/// `denominator`, so that a code stands for code / denominator, and the `surrogate` of its derivative; all static
/// constexpr. Optional: `code_spacing`, the distance of neighbouring codes if it is not 1; `padding_code`, what the
/// padding of a convolution after it holds if it is not 0, a code between the least and the largest; `trained`, the
/// TrainedParameters from which the scale of its codes follows; `problem()`, the mistake in its parameters. One that is no step names its operation instead: `using
/// primitive`.
template <class T>
concept Activation = detail::OptionOf<T, option::activation> &&(detail::HasPrimitive<T> || detail::StepTarget<T>);

/// Activation with M_a states: code = round half up of (M_a-1) * value, clamped to 0 ... M_a-1 (P2.8).
template <M_a Count, class SurrogateGradient = SigmoidSum<>>
struct Act {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr CodeRange codes{0, std::int64_t{Count.count} - 1};
    static constexpr std::int64_t denominator = codes.highest;
};

/// The same by bits, 1 ... 8: 2^Bits states. Weights of as many bits, WeightBits<Bits>, have one state less: theirs are
/// symmetric around 0.
template <int Bits, class SurrogateGradient = SigmoidSum<>>
using ActBits = Act<M_a{Bits < 0 ? 0 : 1 << (Bits < 16 ? Bits : 16)}, SurrogateGradient>;

/// The same by the number of states, as `WeightStates` says it of weights.
template <std::int32_t Count, class SurrogateGradient = SigmoidSum<>>
using ActStates = Act<M_a{Count}, SurrogateGradient>;

/// The layer hands on its accumulators; what follows must be a norm, an activation, an addition or the end.
struct NoActivation {
    using option = option::activation;
};

/// Largest absolute value that a grid covers.
struct Range {
    std::int32_t value;
};

/// The integer grid on which the branches of a residual block meet (exactness contract 4): symmetric codes of
/// `Quantizer`, of which `Limit` (a divisor of the largest code plus 1) is the largest value. After the addition the sum
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
