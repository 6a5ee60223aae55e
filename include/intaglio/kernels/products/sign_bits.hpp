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
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        return facts.storage == Storage::int8 && facts.signs ? refusal_of_bit_weights(facts) : "codes are not -1 and 1";
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
