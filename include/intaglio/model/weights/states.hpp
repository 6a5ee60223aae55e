// Weights on a symmetric grid of an odd number of states, and the variant whose ends lie off the grid.
#pragma once

#include <cstdint>

#include "intaglio/core/codes.hpp"
#include "intaglio/model/options.hpp"
#include "intaglio/model/weights/standardizations.hpp"
#include "intaglio/model/weights/surrogates.hpp"

namespace intaglio {

/// Number of weight states, e.g. `States<M_w{3}>` for ternary weights.
struct M_w {
    std::int32_t count;
};

namespace detail {

constexpr Problem odd_states_problem(std::int32_t count) {
    if (count < 3) return {.kind = &M_w_must_be_at_least_3, .expected = 3, .found = count};
    if (count % 2 == 0) return {.kind = &M_w_must_be_odd, .expected = std::int64_t{count} + 1, .found = count};
    return {};
}

}  // namespace detail

/// Symmetric weights with an odd number of states: codes -(M_w-1)/2 ... (M_w-1)/2, value = code / ((M_w-1)/2).
/// code = round half away from zero of D_w * What / 3, clamped, with D_w = (M_w-1)/2
/// (Sawada et al. 2024, (P2.6) and (P2.7), with the step that their tables agree with).
template <M_w Count, class Surrogate = Indicator<>>
struct States {
    using option = option::weight;
    using surrogate = Surrogate;
    static constexpr std::int32_t states = Count.count;
    static constexpr std::int32_t denominator = static_cast<std::int32_t>((std::int64_t{Count.count} - 1) / 2);
    static constexpr CodeRange codes{-std::int64_t{denominator}, denominator};
    static constexpr double latent_range = 3;
    /// A weight of at least 3 / (2 D_w) has a code that is not 0.
    template <class Standardization>
    static constexpr std::int64_t smallest_fan_in =
        detail::fan_in_to_reach<Standardization>(9, 4 * std::int64_t{denominator} * denominator);
    static constexpr auto text = [] {
        detail::NameParts parts;
        detail::add_surrogate<Surrogate, Indicator<>>(parts);
        return parts.text;
    }();
    static constexpr const char* name = text.data;
    static constexpr Problem problem() { return detail::odd_states_problem(Count.count); }
};

/// (P2.6) and (P2.7) with the step D_w = M_w / 2 that the paper's text names: M_w + 2 levels, of which the outermost,
/// -1 and 1, lie off the grid of the others. So they train as real numbers and have no integer program.
/// value = round half away from zero of D_w * What / 3, divided by D_w, clamped to -1 ... 1.
template <M_w Count, class Surrogate = Indicator<>>
struct LiteralStates {
    using option = option::weight;
    using surrogate = Surrogate;
    static constexpr std::int32_t count = Count.count;
    /// A weight of at least 3 / (2 D_w) has a level that is not 0.
    template <class Standardization>
    static constexpr std::int64_t smallest_fan_in =
        detail::fan_in_to_reach<Standardization>(9, static_cast<std::int64_t>(count) * count);
    static constexpr const ErrorKind* refusal = &end_levels_of_literal_weight_states_lie_off_the_grid_of_integer_codes;
    static constexpr auto text = [] {
        detail::NameParts parts;
        parts.add("literal M_w", count);
        detail::add_surrogate<Surrogate, Indicator<>>(parts);
        return parts.text;
    }();
    static constexpr const char* name = text.data;
    static constexpr Problem problem() { return detail::odd_states_problem(count); }
};

}  // namespace intaglio
