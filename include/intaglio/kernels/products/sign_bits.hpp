// The product of signs with signs, as bits.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/bit_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Codes -1 and 1 with weights -1 and 1; any code on the padding.
struct SignBitProduct : BitProduct<-1> {
    using Code = std::int8_t;

    template <class Set>
    [[nodiscard]] static constexpr bool is_legal(const ProductFacts& facts) {
        return has_bit_weights(facts) && facts.storage == Storage::int8 && facts.signs;
    }
    // Benchmark: sign_bits_against_signed_bytes.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts) {
        return bit_cost(facts);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
