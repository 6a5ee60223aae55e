// The product of signed bytes of which two products fit 16 bits.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/signed_bytes.hpp"
#include "intaglio/kernels/products/small_bytes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// See OffsetArithmetic; exact where the sum of any two products of code + Offset fits 16 bits.
template <int Offset>
struct SmallOffset {
    template <class Set>
    struct Arithmetic : OffsetArithmetic<Set, Offset> {
        template <class Vector, class Codes, class Weights>
        static INTAGLIO_INLINE Vector multiply_add(Vector sum, Codes codes, Weights weights) {
            return dot_small_bytes(Set{}, sum, codes, weights);
        }
    };
};

/// Legal for codes of int8_t of at least -Offset where |a0 * w0 + a1 * w1| <= 32767 for any two products of
/// code + Offset: with 64 codes of seven bits under all weights, with 128 all codes under weights of -64 ... 64.
template <int Offset>
struct SmallSignedByteProduct : CodeProduct<SmallOffset<Offset>::template Arithmetic> {
    static constexpr const char* name = "small signed bytes";
    using Code = std::int8_t;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        if (facts.storage != Storage::int8) return "codes are no signed bytes";
        if (facts.codes.lowest < -Offset) return "codes are below -64";
        const std::int64_t highest = facts.codes.highest > 0 ? facts.codes.highest : 0;
        return 2 * largest_weight(facts) * (highest + Offset) <= 32767 ? nullptr : too_large_for_16_bits;
    }
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        return SmallByteProduct::cost<Set>(facts, profile);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
