// The operations of the kernels in plain integer code: "vectors" of one 32-bit lane. A device header.
//
// Each operation takes the architecture set first, so that the kernels find the overloads for their set by
// argument-dependent lookup. simd.hpp adds the x86 overloads.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "intaglio/simd/byte_tables.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

struct PortableBytes {
    std::uint8_t code[4];
};
struct PortableSignedBytes {
    std::int8_t code[4];
};
struct PortableWords {
    std::int16_t code[2];
};

/// Output pixels, in groups of four, of the register tile that is so many vectors of output channels wide.
[[nodiscard]] constexpr int tile_groups(Portable, int) {
    return 1;
}

// Dot products -------------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE std::int32_t zero_int32(Portable) {
    return 0;
}

/// Four activation codes, for every lane.
[[nodiscard]] INTAGLIO_INLINE PortableBytes broadcast_codes(Portable, const std::uint8_t* codes) {
    return {{codes[0], codes[1], codes[2], codes[3]}};
}
[[nodiscard]] INTAGLIO_INLINE PortableSignedBytes broadcast_codes(Portable, const std::int8_t* codes) {
    return {{codes[0], codes[1], codes[2], codes[3]}};
}
/// Two activation codes of 16 bits, for every lane.
[[nodiscard]] INTAGLIO_INLINE PortableWords broadcast_codes(Portable, const std::int16_t* codes) {
    return {{codes[0], codes[1]}};
}
/// The same where each lane has codes of its own.
template <class Code>
[[nodiscard]] INTAGLIO_INLINE auto load_codes(Portable set, const Code* codes) {
    return broadcast_codes(set, codes);
}
/// Four weight codes per lane.
[[nodiscard]] INTAGLIO_INLINE PortableSignedBytes load_weights(Portable, const std::int8_t* weights) {
    return {{weights[0], weights[1], weights[2], weights[3]}};
}
/// Two weight codes of 16 bits per lane.
[[nodiscard]] INTAGLIO_INLINE PortableWords load_weights(Portable, const std::int16_t* weights) {
    return {{weights[0], weights[1]}};
}

/// sum + the four products of each lane; exact. Codes may have signs here.
template <class Bytes>
[[nodiscard]] INTAGLIO_INLINE std::int32_t dot_bytes(Portable, std::int32_t sum, Bytes a, PortableSignedBytes w) {
    return sum + a.code[0] * w.code[0] + a.code[1] * w.code[1] + a.code[2] * w.code[2] + a.code[3] * w.code[3];
}
/// The same for operands whose sums of two products fit 16 bits.
[[nodiscard]] INTAGLIO_INLINE std::int32_t dot_small_bytes(Portable set, std::int32_t sum, PortableBytes a,
                                                           PortableSignedBytes w) {
    return dot_bytes(set, sum, a, w);
}
/// sum + the two products of each lane; modulo 2^32 in between, so exact whenever the total fits 32 bits.
[[nodiscard]] INTAGLIO_INLINE std::int32_t dot_words(Portable, std::int32_t sum, PortableWords a, PortableWords w) {
    const auto first = static_cast<std::uint32_t>(a.code[0] * w.code[0]);
    const auto second = static_cast<std::uint32_t>(a.code[1] * w.code[1]);
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + first + second);
}

/// Short sums: two of 16 bits in each lane, each of which gets two of the four products.
[[nodiscard]] INTAGLIO_INLINE PortableWords zero_short_sums(Portable) {
    return {{0, 0}};
}
/// Operands are those of dot_bytes; the caller has proven that sums fit 16 bits.
[[nodiscard]] INTAGLIO_INLINE PortableWords add_short_products(Portable, PortableWords sums, PortableBytes a,
                                                               PortableSignedBytes w) {
    const int first = sums.code[0] + a.code[0] * w.code[0] + a.code[1] * w.code[1];
    const int second = sums.code[1] + a.code[2] * w.code[2] + a.code[3] * w.code[3];
    return {{static_cast<std::int16_t>(first), static_cast<std::int16_t>(second)}};
}
/// sum + the two short sums of each lane.
[[nodiscard]] INTAGLIO_INLINE std::int32_t add_short_sums(Portable, std::int32_t sum, PortableWords sums) {
    return sum + sums.code[0] + sums.code[1];
}

[[nodiscard]] INTAGLIO_INLINE std::int32_t add_int32(Portable, std::int32_t a, std::int32_t b) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

// Packed weights -----------------------------------------------------------------------------------------------------

/// Sums of no products yet, in whatever form a set adds them up: of a vector of outputs, over chunks of codes.
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE std::int32_t zero_packed(Portable, PackedBits<Bits>) {
    return 0;
}
/// Adds the products of one chunk: of the weights of a vector, and of codes that all lanes share. Without a
/// multiplication for weights of 1 and 2 bits.
template <int Bits>
INTAGLIO_INLINE void add_packed(Portable, PackedBits<Bits> packed, std::int32_t& sums, const std::uint8_t* weights,
                                const std::int8_t* codes) {
    for (int byte = 0; byte < 4; ++byte) {
        std::uint32_t fields = weights[byte];
        for (int i = byte; i < packed.codes_per_chunk; i += 4, fields >>= Bits) {
            const std::int32_t code = codes[i];
            if constexpr (Bits == 4) {
                sums += static_cast<std::int32_t>(fields & 15U) * code;
            } else {
                if ((fields & 1U) != 0) sums += code;
                if (Bits == 2 && (fields & 2U) != 0) sums += code + code;
            }
        }
    }
}
/// How many chunks may be added before they are folded.
template <int Bits>
[[nodiscard]] constexpr std::int32_t packed_chunks(Portable, PackedBits<Bits>) {
    return 0x7fffffff;
}
/// Makes room for more chunks.
template <int Bits>
INTAGLIO_INLINE void fold_packed(Portable, PackedBits<Bits>, std::int32_t&) {}
/// The sums of each lane, of folded ones. For at most 2^16 codes in all.
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE std::int32_t packed_sum(Portable, PackedBits<Bits>, std::int32_t sums) {
    return sums;
}

// Bits ---------------------------------------------------------------------------------------------------------------

/// 32 bits of activation codes, for every lane.
[[nodiscard]] INTAGLIO_INLINE std::uint32_t broadcast_codes(Portable, const std::uint32_t* bits) {
    return *bits;
}
/// 32 bits of weight codes per lane.
[[nodiscard]] INTAGLIO_INLINE std::uint32_t load_weights(Portable, const std::uint32_t* bits) {
    return *bits;
}

/// The bits that differ.
[[nodiscard]] INTAGLIO_INLINE std::uint32_t different_bits(Portable, std::uint32_t a, std::uint32_t b) {
    return a ^ b;
}
/// Those of them that are `among` others.
[[nodiscard]] INTAGLIO_INLINE std::uint32_t different_bits(Portable, std::uint32_t a, std::uint32_t b,
                                                           std::uint32_t among) {
    return (a ^ b) & among;
}
/// sum + 2^shift * how many bits of each lane are 1; the shift is at most 5 and known while compiling.
[[nodiscard]] INTAGLIO_INLINE std::int32_t add_bit_counts(Portable, std::int32_t sum, std::uint32_t bits, int shift) {
#if defined(__POPCNT__) || defined(__aarch64__)
    return sum + (std::popcount(bits) << shift);
#else
    // Without an instruction for it, std::popcount is a call.
    bits -= (bits >> 1) & 0x55555555U;
    bits = (bits & 0x33333333U) + ((bits >> 2) & 0x33333333U);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0fU;
    bits += bits >> 8;
    bits = (bits + (bits >> 16)) & 0x3fU;
    return sum + static_cast<std::int32_t>(bits << shift);
#endif
}

[[nodiscard]] INTAGLIO_INLINE std::int32_t subtract_int32(Portable, std::int32_t a, std::int32_t b) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b));
}

/// Bit i is bit `bit`, 0 ... 6, of code i + more, which is not negative, for `count` codes, 1 ... 32; the other bits
/// are 0. `before` codes lie in front of them, and may be read.
template <class Code>
[[nodiscard]] INTAGLIO_INLINE std::uint32_t bits_of_codes(Portable, const Code* codes, int count,
                                                          std::int64_t /*before*/, std::int32_t more, int bit) {
    std::uint32_t bits = 0;
    for (int i = 0; i < count; ++i) bits |= (static_cast<std::uint32_t>(codes[i] + more) >> bit & 1U) << i;
    return bits;
}

// Loads and stores; the *_first forms touch only the first `count` elements -------------------------------------------

template <class In>
[[nodiscard]] INTAGLIO_INLINE std::int32_t load_int32(Portable, const In* values) {
    return *values;
}
template <class In>
[[nodiscard]] INTAGLIO_INLINE std::int32_t load_first_int32(Portable, const In* values, int count) {
    return count > 0 ? std::int32_t{*values} : 0;
}
/// Stores lanes that fit the type.
template <class Out>
INTAGLIO_INLINE void store(Portable, Out* values, std::int32_t vector) {
    *values = static_cast<Out>(vector);
}
template <class Out>
INTAGLIO_INLINE void store_first(Portable, Out* values, std::int32_t vector, int count) {
    if (count > 0) *values = static_cast<Out>(vector);
}

// Steps --------------------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE std::int32_t broadcast_int32(Portable, std::int32_t value) {
    return value;
}
/// Shifted right by so many bits; the sign fills up.
[[nodiscard]] INTAGLIO_INLINE std::int32_t shift_right_int32(Portable, std::int32_t a, int bits) {
    return a >> bits;
}
[[nodiscard]] INTAGLIO_INLINE std::int32_t bitwise_xor(Portable, std::int32_t a, std::int32_t b) {
    return a ^ b;
}

/// count + 1 in each lane where value >= threshold.
[[nodiscard]] INTAGLIO_INLINE std::int32_t count_reached(Portable, std::int32_t count, std::int32_t value,
                                                         std::int32_t threshold) {
    return count + (value >= threshold ? 1 : 0);
}

/// Bit i tells whether lane i of the values reaches its threshold.
[[nodiscard]] INTAGLIO_INLINE std::uint32_t reached_bits(Portable, std::int32_t value, std::int32_t threshold) {
    return value >= threshold ? 1U : 0U;
}

/// Bit i is bit `bit` of lane i.
[[nodiscard]] INTAGLIO_INLINE std::uint32_t bits_of_lanes(Portable, std::int32_t vector, int bit) {
    return static_cast<std::uint32_t>(vector) >> bit & 1U;
}

/// Multiplier, addend and shift of the channels of one vector.
struct PortableDyadic {
    std::int64_t addend;
    std::int32_t multiplier;
    std::uint8_t shift;
};

[[nodiscard]] INTAGLIO_INLINE PortableDyadic load_dyadic(Portable, const std::int32_t* multiplier,
                                                         const std::int64_t* addend, const std::uint8_t* shift) {
    return {*addend, *multiplier, *shift};
}

/// clamp((value * multiplier + addend) >> shift, lowest, highest) with a 64-bit intermediate.
[[nodiscard]] INTAGLIO_INLINE std::int32_t apply_dyadic(Portable, std::int32_t value, const PortableDyadic& dyadic,
                                                        std::int32_t lowest, std::int32_t highest) {
    const std::int64_t scaled = (std::int64_t{value} * dyadic.multiplier + dyadic.addend) >> dyadic.shift;
    return scaled < lowest ? lowest : scaled > highest ? highest : static_cast<std::int32_t>(scaled);
}

// Statistics ---------------------------------------------------------------------------------------------------------

/// Sums of the values and of their squares: sum of squares = high * 2^32 + ((total - high * 2^32) mod 2^64).
struct PortableMoments {
    std::int64_t sum;
    std::uint64_t total;
    std::uint64_t high;
};

[[nodiscard]] INTAGLIO_INLINE PortableMoments zero_moments(Portable) {
    return {0, 0, 0};
}

/// Adds one value per lane, |value| < 2^31; exact for fewer than 2^32 values.
INTAGLIO_INLINE void add_to_moments(Portable, PortableMoments& moments, std::int32_t value) {
    const auto square = static_cast<std::uint64_t>(std::int64_t{value} * value);
    moments.sum += value;
    moments.total += square;
    moments.high += square >> 32;
}

/// The sums of each lane, in the order of the lanes.
INTAGLIO_INLINE void store_moments(Portable, const PortableMoments& moments, std::int64_t* sum, std::uint64_t* total,
                                   std::uint64_t* high) {
    *sum = moments.sum;
    *total = moments.total;
    *high = moments.high;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
