// The product of signed bytes.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/bytes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// A signed byte as products of unsigned bytes take it: code + Offset.
template <int Offset>
struct OffsetByte {
    std::uint8_t value;

    OffsetByte() = default;
    constexpr explicit OffsetByte(std::int32_t code) : value(static_cast<std::uint8_t>(code + Offset)) {}
};
template <int Offset>
inline constexpr bool takes_codes<OffsetByte<Offset>, std::int8_t> = true;

/// (a + Offset) * w = a * w + Offset * w: what the weights of an output channel add is a constant that lies after
/// them. What lies between need not fit 32 bits.
template <class Set, int Offset>
struct OffsetArithmetic : IntegerArithmetic<Set, OffsetByte<Offset>, std::int8_t> {
    using Stored = OffsetByte<Offset>;
    static constexpr bool has_constants = true;

    static INTAGLIO_INLINE auto codes(const Stored* values) { return broadcast_codes(Set{}, &values->value); }
    static INTAGLIO_INLINE auto codes_of_lanes(const Stored* values) { return load_codes(Set{}, &values->value); }
    static INTAGLIO_INLINE auto constants(const std::int8_t* values) {
        return load_int32(Set{}, reinterpret_cast<const std::int32_t*>(values));
    }
    /// The constant of an output channel whose weights have this sum.
    [[nodiscard]] static constexpr std::int32_t constant(std::int32_t weights) {
        return static_cast<std::int32_t>(0U - static_cast<std::uint32_t>(Offset) * static_cast<std::uint32_t>(weights));
    }
    template <class Vector>
    static INTAGLIO_INLINE Vector total(Vector sum, Vector constant) {
        return add_int32(Set{}, sum, constant);
    }
};

/// With an exact dot product of unsigned and signed bytes.
template <class Set>
struct OffsetDotArithmetic : OffsetArithmetic<Set, 128> {
    template <class Vector, class Codes, class Weights>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, Codes codes, Weights weights) {
        return dot_bytes(Set{}, sum, codes, weights);
    }
};
template <class Set>
using SignedByteArithmetic = std::conditional_t<has_signed_byte_dot_product(Set{}), ByteDotArithmetic<Set, std::int8_t>,
                                                OffsetDotArithmetic<Set>>;

/// Legal for all codes of int8_t, on sets with an exact byte dot product.
struct SignedByteProduct : CodeProduct<SignedByteArithmetic> {
    static constexpr const char* name = "signed bytes";
    using Code = std::int8_t;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        if (facts.storage != Storage::int8) return "codes are no signed bytes";
        return has_byte_dot_product(Set{}) ? nullptr : "the set has no exact product of bytes";
    }
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        return ByteProduct::cost<Set>(facts, profile);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
