// What the arithmetics of the product kernels share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/portable.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// What the arithmetics of codes share on one instruction set: an arithmetic is a type that has these names and
/// `multiply_add`. `Stored` is the code type inside the kernel, `Weight` that of the packed weights.
template <class Set, class StoredCode, class WeightCode>
struct IntegerArithmetic {
    using Architecture = Set;
    using Stored = StoredCode;
    using Weight = WeightCode;
    using Sum = std::int32_t;

    /// Codes that one multiply-add of a lane takes.
    static constexpr int codes_per_chunk = 4 / static_cast<int>(sizeof(Stored));
    /// Whether the packed weights hold a number per output channel, `constants`, with which sums become `total`s.
    static constexpr bool has_constants = false;
    static constexpr int lanes = int32_lanes(Set{});

    static INTAGLIO_INLINE auto zero() { return zero_int32(Set{}); }
    static INTAGLIO_INLINE auto codes(const Stored* values) { return broadcast_codes(Set{}, values); }
    static INTAGLIO_INLINE auto codes_of_lanes(const Stored* values) { return load_codes(Set{}, values); }
    static INTAGLIO_INLINE auto weights(const Weight* values) { return load_weights(Set{}, values); }

    template <class Vector>
    static INTAGLIO_INLINE Vector add(Vector a, Vector b) {
        return add_int32(Set{}, a, b);
    }
    template <class Vector>
    static INTAGLIO_INLINE void store_sum(Sum* values, Vector vector) {
        store(Set{}, values, vector);
    }
    template <class Vector>
    static INTAGLIO_INLINE void store_first_sums(Sum* values, Vector vector, int count) {
        store_first(Set{}, values, vector, count);
    }
};

/// The totals of sums whose weights end at `weights`.
template <class Arithmetic, class Vector>
INTAGLIO_INLINE Vector total_of(Vector sum, [[maybe_unused]] const typename Arithmetic::Weight* weights) {
    if constexpr (Arithmetic::has_constants) {
        return Arithmetic::total(sum, Arithmetic::constants(weights));
    } else {
        return sum;
    }
}

/// A number known to the compiler; unlike std::integral_constant it stays within our inline namespace.
template <int Value>
struct Index {
    static constexpr int value = Value;
    INTAGLIO_INLINE constexpr operator int() const { return Value; }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
