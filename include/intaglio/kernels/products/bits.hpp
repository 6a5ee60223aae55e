// The product of codes 0 and 1 with weights -1 and 1, as bits.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/bit_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

struct UnsignedBitProduct : BitProduct<0> {
    using Code = std::uint8_t;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        const bool bits = facts.storage == Storage::uint8 && facts.codes == CodeRange{0, 1};
        return bits ? refusal_of_bit_weights(facts) : "codes are not 0 and 1";
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
