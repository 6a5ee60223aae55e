// Functions for tables of codes. All are computed in integers, so that every machine and compiler has the same entries.
#pragma once

#include <cstdint>

#include "intaglio/core/array.hpp"
#include "intaglio/model/code_table.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(denominator_of_a_table_must_be_positive)
INTAGLIO_MODEL_ERROR(table_needs_at_least_2_entries)

namespace detail {

/// exp(-numerator / denominator) in units of 2^-30, at most 2^-26 away, for numerator >= 0.
[[gnu::always_inline]] constexpr std::int64_t exponential_of_minus(std::int64_t numerator, std::int64_t denominator) {
    constexpr std::int64_t of_minus_one = 395'007'542;
    const std::int64_t whole = numerator / denominator;
    if (whole > 22) return 0;
    const std::int64_t rest = numerator % denominator * fixed_one / denominator;
    // 1 - x / 1 (1 - x / 2 (1 - x / 3 ...)), by Horner's scheme.
    std::int64_t result = fixed_one;
    for (std::int64_t k = 13; k > 0; --k) result = fixed_one - rest * result / fixed_one / k;
    for (std::int64_t i = 0; i < whole; ++i) result = result * of_minus_one / fixed_one;
    return result;
}
/// 1 / (1 + exp(-x)), likewise.
[[gnu::always_inline]] constexpr std::int64_t sigmoid_value(std::int64_t numerator, std::int64_t denominator) {
    const std::int64_t e = exponential_of_minus(numerator < 0 ? -numerator : numerator, denominator);
    const std::int64_t of_magnitude = fixed_one * fixed_one / (fixed_one + e);
    return numerator < 0 ? fixed_one - of_magnitude : of_magnitude;
}
/// 6 denominator * hard_sigmoid(x), an integer.
[[gnu::always_inline]] constexpr std::int64_t hard_sigmoid_of_6(std::int64_t numerator, std::int64_t denominator) {
    const std::int64_t sum = numerator + 3 * denominator;
    return sum < 0 ? 0 : sum > 6 * denominator ? 6 * denominator : sum;
}

/// What the functions below take from an activation: the codes that they give.
template <class Codes>
struct GivesCodes {
    static constexpr CodeRange codes = Codes::codes;
    static constexpr std::int64_t denominator = Codes::denominator;
    static constexpr Problem problem() {
        if constexpr (requires { Codes::problem(); }) return Codes::problem();
        return {};
    }
};

}  // namespace detail

/// 1 / (1 + exp(-x)), in the codes of an activation: Sigmoid<Act<M_a{256}>>.
template <class Codes>
struct Sigmoid : detail::GivesCodes<Codes> {
    static constexpr const char* name = "sigmoid table";
    [[gnu::always_inline]] static constexpr std::int64_t value(std::int64_t numerator, std::int64_t denominator) {
        return detail::sigmoid_value(numerator, denominator);
    }
};

/// (exp(x) - exp(-x)) / (exp(x) + exp(-x)): Tanh<SignedAct<M_a{255}>>.
template <class Codes>
struct Tanh : detail::GivesCodes<Codes> {
    static constexpr const char* name = "tanh table";
    [[gnu::always_inline]] static constexpr std::int64_t value(std::int64_t numerator, std::int64_t denominator) {
        return 2 * detail::sigmoid_value(2 * numerator, denominator) - fixed_one;
    }
};

/// x / (1 + exp(-x)), also called swish.
template <class Codes>
struct Silu : detail::GivesCodes<Codes> {
    static constexpr const char* name = "SiLU table";
    [[gnu::always_inline]] static constexpr std::int64_t value(std::int64_t numerator, std::int64_t denominator) {
        return detail::floor_division(numerator * detail::sigmoid_value(numerator, denominator), denominator);
    }
};

/// min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). Codes are rounded from the exact fraction.
template <class Codes>
struct HardSigmoid : detail::GivesCodes<Codes> {
    static constexpr const char* name = "hard-sigmoid table";
    [[gnu::always_inline]] static constexpr std::int64_t value(std::int64_t numerator, std::int64_t denominator) {
        return detail::hard_sigmoid_of_6(numerator, denominator) * fixed_one / (6 * denominator);
    }
    [[gnu::always_inline]] static constexpr std::int64_t code(std::int64_t code, std::int64_t denominator) {
        return detail::rounded_division(detail::hard_sigmoid_of_6(code, denominator) * HardSigmoid::denominator,
                                        6 * denominator);
    }
};

/// x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). Codes are rounded from the exact fraction.
template <class Codes>
struct HardSwish : detail::GivesCodes<Codes> {
    static constexpr const char* name = "hard-swish table";
    [[gnu::always_inline]] static constexpr std::int64_t value(std::int64_t numerator, std::int64_t denominator) {
        return detail::floor_division(numerator * HardSigmoid<Codes>::value(numerator, denominator), denominator);
    }
    [[gnu::always_inline]] static constexpr std::int64_t code(std::int64_t code, std::int64_t denominator) {
        return detail::rounded_division(code * detail::hard_sigmoid_of_6(code, denominator) * HardSwish::denominator,
                                        6 * denominator * denominator);
    }
};

/// A table that is given: the result for code First + i is Entries[i] / Denominator; codes before and behind take the
/// first and the last entry. What importers write for the tables of other networks.
template <std::int64_t Denominator, std::int32_t First, std::int32_t... Entries>
struct ListedCodes {
    static constexpr const char* name = "table";
    static constexpr std::int64_t denominator = Denominator < 1 ? 1 : Denominator;
    static constexpr std::int64_t count = sizeof...(Entries);
    static constexpr Array<std::int32_t, sizeof...(Entries)> entries{{Entries...}};
    static constexpr CodeRange codes = [] {
        CodeRange range{entries.data[0], entries.data[0]};
        for (const std::int32_t entry : entries) {
            range.lowest = entry < range.lowest ? entry : range.lowest;
            range.highest = entry > range.highest ? entry : range.highest;
        }
        return range;
    }();
    /// A hash of all numbers (FNV-1a), in 31 bits.
    static constexpr std::int64_t identity = [] {
        std::uint32_t hash = (2'166'136'261U ^ static_cast<std::uint32_t>(First)) * 16'777'619U;
        for (const std::int32_t entry : entries) hash = (hash ^ static_cast<std::uint32_t>(entry)) * 16'777'619U;
        return static_cast<std::int64_t>(hash >> 1U);
    }();
    static constexpr Problem problem() {
        const char* subject = &model_error::the<ListedCodes>::type;
        if (Denominator < 1) return {.kind = &denominator_of_a_table_must_be_positive, .subject = subject};
        if (count < 2) return {.kind = &table_needs_at_least_2_entries, .subject = subject};
        return {};
    }
    [[gnu::always_inline]] static constexpr std::int64_t code(std::int64_t code, std::int64_t /*denominator*/) {
        const std::int64_t place = code - First;
        return entries.data[place < 0 ? 0 : place < count ? place : count - 1];
    }
};

}  // namespace intaglio
