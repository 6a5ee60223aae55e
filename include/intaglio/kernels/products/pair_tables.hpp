// The product of weights -1, 0, 1 with codes of few states, by tables for pairs of codes.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/table_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The weights of the places of a table: w0 + 1 + 3 * (w1 + 1).
[[nodiscard]] constexpr std::int32_t weight_of_pair(std::int32_t place, std::int32_t i) {
    return (i == 0 ? place % 3 : place / 3) - 1;
}

/// A table for each pair of codes 0 ... States - 1: what it gives with each of the nine pairs of weights.
template <int States>
struct PairTable {
    static_assert(States <= 8, "a number of a table has 7 bits");
    static constexpr std::int32_t codes_per_number = 2;
    static constexpr std::int32_t largest_entry = 2 * (States - 1);

    static constexpr Array<std::int8_t, States* States* 16> entries = [] {
        Array<std::int8_t, States * States * 16> made{};
        for (std::int32_t table = 0; table < States * States; ++table) {
            for (std::int32_t at = 0; at < 9; ++at) {
                const std::int32_t sum =
                    table / States * weight_of_pair(at, 0) + table % States * weight_of_pair(at, 1);
                made[static_cast<std::size_t>(table * 16 + at)] = static_cast<std::int8_t>(sum);
            }
        }
        return made;
    }();

    [[nodiscard]] static constexpr std::int32_t number(std::int32_t code) { return 2 * code * (States + 1); }
    [[nodiscard]] static constexpr std::int32_t place(const std::int8_t* weights, std::int32_t count) {
        return weights[0] + 1 + 3 * (count == 2 ? weights[1] + 1 : 1);
    }
    [[nodiscard]] static constexpr std::int32_t weight(std::int32_t place, std::int32_t i) {
        return weight_of_pair(place, i);
    }
    template <class Set>
    static void number_codes(const std::uint8_t* codes, std::int64_t count, std::uint8_t* numbers) {
        join_pairs(Set{}, codes, count, 2 * States, 2, numbers);
    }
};

/// Legal for codes of uint8_t of 0 ... States - 1 with weights of -1 ... 1 whose totals fit 16 bits.
template <int States>
struct PairTableProduct : TableProduct<PairTable<States>> {
    static constexpr const char* name = "pair tables";
    using Code = std::uint8_t;

    // Benchmark: tables_against_short_sums.
    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        return PairTableProduct::refusal_of_sums(facts, States - 1);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
