// The product of codes 0 and 1 with weights -1 and 1, as bits.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/bit_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

struct UnsignedBitProduct : BitProduct<0> {
    using Code = std::uint8_t;

    template <class Set>
    [[nodiscard]] static constexpr bool is_legal(const ProductFacts& facts) {
        return has_bit_weights(facts) && facts.storage == Storage::uint8 && facts.codes == CodeRange{0, 1};
    }
    // Benchmark: bits_against_bytes.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts) {
        return bit_cost(facts);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
