// The product of unsigned bytes of which two products fit 16 bits.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/code_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Four products of an unsigned and a signed byte in each lane; exact where the sum of any two fits 16 bits.
template <class Set>
struct SmallByteArithmetic : IntegerArithmetic<Set, std::uint8_t, std::int8_t> {
    template <class Vector, class Codes, class Weights>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, Codes codes, Weights weights) {
        return dot_small_bytes(Set{}, sum, codes, weights);
    }
};

/// The largest magnitude of the weights.
[[nodiscard]] constexpr std::int64_t largest_weight(const ProductFacts& facts) {
    const CodeRange weights = facts.weight_codes;
    return -weights.lowest > weights.highest ? -weights.lowest : weights.highest;
}

inline constexpr const char* too_large_for_16_bits = "two products do not fit 16 bits";

/// Legal for codes of uint8_t where |a0 * w0 + a1 * w1| <= 32767 for any two products.
struct SmallByteProduct : CodeProduct<SmallByteArithmetic> {
    static constexpr const char* name = "small bytes";
    using Code = std::uint8_t;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        if (facts.storage != Storage::uint8) return "codes are no unsigned bytes";
        return 2 * largest_weight(facts) * facts.codes.highest <= 32767 ? nullptr : too_large_for_16_bits;
    }
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        return cost_of_products<Set>(facts, profile, profile.small_byte_product);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
