// What the product kernels multiply: the code types of a product and its operations on one architecture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/portable.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// How activation codes and weight codes are multiplied. Weights are canonical codes -128 ... 127 in
/// each case.
enum class Product : std::uint8_t {
    bytes,        ///< unsigned 8-bit activation codes; exact for all values
    bytes_small,  ///< the same where |a0 * w0 + a1 * w1| <= 32767 for any two products; faster without VNNI
    words,        ///< signed 16-bit activation codes; exact if the total fits 32 bits, which the caller proves
    bits,         ///< activation codes 0 and 1, weight codes -1 and 1, without groups
    sign_bits     ///< activation codes -1 and 1, weight codes -1 and 1, without groups; any code on the padding
};

/// Whether codes are packed to bits, 32 channels in a word.
[[nodiscard]] constexpr bool packs_bits(Product product) {
    return product == Product::bits || product == Product::sign_bits;
}

/// Type of the activation codes in an image.
template <Product P>
using ActivationCode = std::conditional_t<P == Product::words || P == Product::sign_bits, std::int16_t, std::uint8_t>;

/// An integer product on one architecture. `Stored` is the code type inside the kernel: without an exact byte dot
/// product, bytes are widened to words when the image is copied and when the weights are packed.
template <class Set, Product P>
struct IntegerArithmetic {
    static constexpr bool in_words = P == Product::words || (P == Product::bytes && !has_byte_dot_product(Set{}));

    using Architecture = Set;
    using Stored = std::conditional_t<in_words, std::int16_t, std::uint8_t>;
    using Weight = std::conditional_t<in_words, std::int16_t, std::int8_t>;
    using Sum = std::int32_t;

    /// Codes that one multiply-add of a lane takes.
    static constexpr int codes_per_chunk = in_words ? 2 : 4;
    /// Whether the packed weights hold a number per output channel from which the totals are made.
    static constexpr bool has_constants = false;
    static constexpr int lanes = int32_lanes(Set{});

    static INTAGLIO_INLINE auto zero() { return zero_int32(Set{}); }
    static INTAGLIO_INLINE auto codes(const Stored* values) { return broadcast_codes(Set{}, values); }
    static INTAGLIO_INLINE auto codes_of_lanes(const Stored* values) { return load_codes(Set{}, values); }
    static INTAGLIO_INLINE auto weights(const Weight* values) { return load_weights(Set{}, values); }

    template <class Vector, class Codes, class Weights>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, Codes codes, Weights weights) {
        if constexpr (in_words) {
            return dot_words(Set{}, sum, codes, weights);
        } else if constexpr (P == Product::bytes_small) {
            return dot_small_bytes(Set{}, sum, codes, weights);
        } else {
            return dot_bytes(Set{}, sum, codes, weights);
        }
    }

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

/// A product of bits, 1 for the higher of two codes, which are `Distance` apart: each pair of bits that differ lowers
/// the total by the distance, so a total is a constant of the output channel minus Distance * popcount(a xor w).
template <class Set, int Distance>
struct BitArithmetic {
    using Architecture = Set;
    using Stored = std::uint32_t;
    using Weight = std::uint32_t;
    using Sum = std::int32_t;

    static constexpr int codes_per_chunk = 1;  ///< words
    static constexpr int lanes = int32_lanes(Set{});
    static constexpr bool has_constants = true;
    static constexpr std::int32_t lower_code = Distance == 1 ? 0 : -1;

    static INTAGLIO_INLINE auto zero() { return zero_int32(Set{}); }
    static INTAGLIO_INLINE auto codes(const Stored* values) { return broadcast_codes(Set{}, values); }
    static INTAGLIO_INLINE auto weights(const Weight* values) { return load_weights(Set{}, values); }
    static INTAGLIO_INLINE auto sums(const Sum* values) { return load_int32(Set{}, values); }
    static INTAGLIO_INLINE auto constants(const Weight* values) { return sums(reinterpret_cast<const Sum*>(values)); }

    template <class Vector, class Bits>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, Bits codes, Bits weights) {
        return count_different_bits(Set{}, sum, codes, weights);
    }
    template <class Vector>
    static INTAGLIO_INLINE Vector total(Vector sum, Vector constant) {
        if constexpr (Distance == 2) constant = subtract_int32(Set{}, constant, sum);
        return subtract_int32(Set{}, constant, sum);
    }
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

template <class Set>
struct IntegerArithmetic<Set, Product::bits> : BitArithmetic<Set, 1> {};
template <class Set>
struct IntegerArithmetic<Set, Product::sign_bits> : BitArithmetic<Set, 2> {};

/// A number known to the compiler; unlike std::integral_constant it stays within our inline namespace.
template <int Value>
struct Index {
    INTAGLIO_INLINE constexpr operator int() const { return Value; }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
