// The product of weights -1 and 1 with codes 0 and 1, by tables for four codes.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/table_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The weights of the places of a table: bit i is 1 for 1 and 0 for -1.
[[nodiscard]] constexpr std::int32_t weight_of_nibble(std::int32_t place, std::int32_t i) {
    return (place >> i & 1) == 0 ? -1 : 1;
}

/// A table for the bits of four codes, the first one lowest: what they give with the bits of four weights.
struct NibbleTable {
    static constexpr std::int32_t codes_per_number = 4;
    static constexpr std::int32_t largest_entry = 4;

    static constexpr Array<std::int8_t, 16 * 16> entries = [] {
        Array<std::int8_t, 16 * 16> made{};
        for (std::int32_t i = 0; i < 16 * 16 * 4; ++i) {
            const std::int32_t table = i / 64;
            const std::int32_t at = i / 4 % 16;
            if ((table >> i % 4 & 1) == 0) continue;
            std::int8_t& entry = made[static_cast<std::size_t>(i / 4)];
            entry = static_cast<std::int8_t>(entry + weight_of_nibble(at, i % 4));
        }
        return made;
    }();

    [[nodiscard]] static constexpr std::int32_t number(std::int32_t code) { return 2 * 15 * code; }
    [[nodiscard]] static constexpr std::int32_t place(const std::int8_t* weights, std::int32_t count) {
        std::int32_t bits = 0;
        for (std::int32_t i = 0; i < count; ++i) bits |= (weights[i] > 0 ? 1 : 0) << i;
        return bits;
    }
    [[nodiscard]] static constexpr std::int32_t weight(std::int32_t place, std::int32_t i) {
        return weight_of_nibble(place, i);
    }
    template <class Set>
    static void number_codes(const std::uint8_t* codes, std::int64_t count, std::uint8_t* numbers) {
        // Pairs of pairs, a block at a time.
        constexpr std::int64_t block = 256;
        std::uint8_t pairs[2 * block + 32];  // the end is for GCC 12, which fears a vector behind the last pair
        for (; count > 0; count -= block, codes += 4 * block, numbers += block) {
            const std::int64_t next = count < block ? count : block;
            join_pairs(Set{}, codes, 2 * next, 1, 2, pairs);
            join_pairs(Set{}, pairs, next, 2, 8, numbers);
        }
    }
    /// The numbers of pixels that lie in words.
    static void number_bits(const BitWord* words, std::int64_t pixels, std::int32_t channels, std::uint8_t* numbers) {
        const std::int32_t pixel_words = words_of(channels);
        const std::int32_t pixel_numbers = (channels + 3) / 4;
        for (std::int64_t p = 0; p < pixels; ++p, words += pixel_words) {
            for (std::int32_t n = 0; n < pixel_numbers; ++n) {
                *numbers++ = static_cast<std::uint8_t>((words[n / 8] >> (n % 8 * 4) & 15U) * 2);
            }
        }
    }
};

/// Legal for codes 0 and 1 with weights -1 and 1 whose totals fit 16 bits.
struct NibbleTableProduct : TableProduct<NibbleTable> {
    static constexpr const char* name = "nibble tables";
    static constexpr int planes = 1;
    using Code = std::uint8_t;

    // Benchmark: tables_against_bits.
    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        if (facts.codes != CodeRange{0, 1}) return "codes are not 0 and 1";
        if (!facts.sign_weights || facts.window_sums) return "weights are not -1 and 1";
        // Of the last four codes of a pixel those behind its channels are 0, on the padding, too.
        const bool whole = facts.extents.in.channels % 4 == 0 || facts.extents.padding_code == 0;
        return whole ? refusal_of_sums(facts, 1) : "channels do not fill fours";
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
