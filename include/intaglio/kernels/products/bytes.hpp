// The product of unsigned bytes.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/words.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Four products of a byte, by default an unsigned one, and a signed byte in each lane; exact.
template <class Set, class Byte = std::uint8_t>
struct ByteDotArithmetic : IntegerArithmetic<Set, Byte, std::int8_t> {
    template <class Vector, class Codes, class Weights>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, Codes codes, Weights weights) {
        return dot_bytes(Set{}, sum, codes, weights);
    }
};

/// Without an exact byte dot product bytes are widened to words.
template <class Set>
using ByteArithmetic = std::conditional_t<widens_bytes(Set{}), WordArithmetic<Set>, ByteDotArithmetic<Set>>;

/// Legal for all codes of uint8_t.
struct ByteProduct : CodeProduct<ByteArithmetic> {
    static constexpr const char* name = "bytes";
    using Code = std::uint8_t;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        return facts.storage == Storage::uint8 ? nullptr : "codes are no unsigned bytes";
    }
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        return cost_of_products<Set>(facts, profile, profile.byte_product);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
