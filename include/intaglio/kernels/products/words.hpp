// The product of codes of 16 bits, and of bytes that saturate elsewhere.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/code_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Two products of 16-bit codes in each lane; exact if the total fits 32 bits.
template <class Set>
struct WordArithmetic : IntegerArithmetic<Set, std::int16_t, std::int16_t> {
    template <class Vector, class Codes, class Weights>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, Codes codes, Weights weights) {
        return dot_words(Set{}, sum, codes, weights);
    }
};

/// Legal for all codes: of int16_t, of int8_t and uint8_t, which are widened.
struct WordProduct : CodeProduct<WordArithmetic> {
    static constexpr const char* name = "words";
    using Code = std::int16_t;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts&) {
        return nullptr;
    }
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        return cost_of_products<Set>(facts, profile, profile.word_product);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
