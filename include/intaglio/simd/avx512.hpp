// What AVX-512 does better than the generic set, and its dot products (VNNI).
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/generic.hpp"

#if INTAGLIO_HAS_AVX512

#include <immintrin.h>

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

using Int512 = Int32s<64>;

/// The mask of the first `count` lanes.
[[nodiscard]] INTAGLIO_INLINE __mmask16 first_lanes_mask(Avx512, int count) {
    return static_cast<__mmask16>(count >= 16 ? 0xffffU : (1U << (count > 0 ? count : 0)) - 1U);
}

// Masks of all lanes: GCC 12 warns of the uninitialised operand inside many unmasked intrinsics, not of these.
inline constexpr __mmask8 four_lanes = 0xf;
inline constexpr __mmask8 eight_lanes = 0xff;
inline constexpr __mmask16 sixteen_lanes = 0xffff;

/// 32 registers: 12 pixels x 2 vectors, or 16 x 1.
[[nodiscard]] constexpr int tile_groups(Avx512, int columns) {
    return columns == 1 ? 4 : 3;
}

// Dot products -------------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE Int512 add_int32(Avx512, Int512 a, Int512 b) {
    __asm__("" : "+v"(a.data));  // GCC would keep a + b beside a in each pass of the loop that sums a up
    return a + b;
}

/// Four bytes or two words, as one 32-bit lane repeated.
template <class Code>
[[nodiscard]] INTAGLIO_INLINE Int512 broadcast_codes(Avx512, const Code* codes) {
    std::int32_t lane;
    __builtin_memcpy(&lane, codes, sizeof lane);
    return Int512(_mm512_set1_epi32(lane));
}

template <class Weight>
[[nodiscard]] INTAGLIO_INLINE Int512 load_weights(Avx512, const Weight* weights) {
    __m512i vector = _mm512_loadu_si512(weights);
    __asm__("" : "+v"(vector));  // GCC would load weights again for each of four pixels
    return Int512(vector);
}
/// Four bytes or two words of each lane.
template <class Code>
[[nodiscard]] INTAGLIO_INLINE Int512 load_codes(Avx512 set, const Code* codes) {
    return load_weights(set, codes);
}

/// Words: sum + the two products of each lane.
[[nodiscard]] INTAGLIO_INLINE Int512 dot_words(Avx512, Int512 sum, Int512 a, Int512 w) {
    return Int512(_mm512_add_epi32(sum, _mm512_madd_epi16(a, w)));
}

/// Bytes whose sums of two products fit 16 bits.
[[nodiscard]] INTAGLIO_INLINE Int512 dot_small_bytes(Avx512, Int512 sum, Int512 a, Int512 w) {
    const __m512i pairs = _mm512_maddubs_epi16(a, w);
    return Int512(_mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1))));
}

[[nodiscard]] INTAGLIO_INLINE Int512 zero_short_sums(Avx512) {
    return Int512(0);
}
[[nodiscard]] INTAGLIO_INLINE Int512 add_short_products(Avx512, Int512 sums, Int512 a, Int512 w) {
    return Int512(_mm512_add_epi16(sums, _mm512_maddubs_epi16(a, w)));
}
[[nodiscard]] INTAGLIO_INLINE Int512 add_short_sums(Avx512, Int512 sum, Int512 sums) {
    return Int512(_mm512_add_epi32(sum, _mm512_madd_epi16(sums, _mm512_set1_epi16(1))));
}

#if INTAGLIO_HAS_AVX512_VNNI
[[nodiscard]] INTAGLIO_INLINE Int512 dot_bytes(Avx512Vnni, Int512 sum, Int512 a, Int512 w) {
    return Int512(_mm512_dpbusd_epi32(sum, a, w));
}
[[nodiscard]] INTAGLIO_INLINE Int512 dot_small_bytes(Avx512Vnni set, Int512 sum, Int512 a, Int512 w) {
    return dot_bytes(set, sum, a, w);
}
[[nodiscard]] INTAGLIO_INLINE Int512 dot_words(Avx512Vnni, Int512 sum, Int512 a, Int512 w) {
    return Int512(_mm512_dpwssd_epi32(sum, a, w));
}
#endif

// Packed weights -----------------------------------------------------------------------------------------------------

/// Sums of 16 bits: those of fields at bit 0 of half a byte, of fields at bit Bits, ... as many times too large; of
/// each half, but for single bits. Folded they are in `total`, as many times too large as the last ones.
template <int Bits>
struct Avx512PackedSums {
    static constexpr int places = 4 / Bits;
    static constexpr int halves = Bits == 1 ? 1 : 2;
    __m512i total;
    __m512i sums[halves * places];
};
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE Avx512PackedSums<Bits> zero_packed(Avx512, PackedBits<Bits>) {
    const __m512i zero = _mm512_setzero_si512();
    Avx512PackedSums<Bits> sums{};
    sums.total = zero;
    INTAGLIO_UNROLLED (i, sums.halves * sums.places) {
        sums.sums[i] = zero;
    }
    return sums;
}
template <int Bits>
INTAGLIO_INLINE void add_packed(Avx512, PackedBits<Bits>, Avx512PackedSums<Bits>& sums, const std::uint8_t* weights,
                                const std::int8_t* codes) {
    __m512i bytes = _mm512_loadu_si512(weights);
    INTAGLIO_UNROLLED (half, 2) {
        INTAGLIO_UNROLLED (i, sums.places) {
            __m512i& sum = sums.sums[half % sums.halves * sums.places + i];
            std::int32_t lane;
            __builtin_memcpy(&lane, codes + 4 * (half * sums.places + i), sizeof lane);
            const __m512i fields =
                _mm512_and_si512(bytes, _mm512_set1_epi8(static_cast<char>(((1 << Bits) - 1) << (i * Bits))));
            sum = _mm512_add_epi16(sum, _mm512_maddubs_epi16(fields, _mm512_set1_epi32(lane)));
            __asm__("" : "+v"(sum));  // GCC would sum up in another order, with more copies
        }
        bytes = _mm512_srli_epi16(bytes, 4);
    }
}
/// A chunk adds two products to each sum (four of single bits), of fields of at most 12 (or 15, or 8) and codes of at
/// most 128.
template <int Bits>
[[nodiscard]] constexpr std::int32_t packed_chunks(Avx512, PackedBits<Bits> packed) {
    return 32767 / (4 / Avx512PackedSums<Bits>::halves * (packed.mask << (4 - Bits)) * 128);
}
template <int Bits>
INTAGLIO_INLINE void fold_packed(Avx512, PackedBits<Bits>, Avx512PackedSums<Bits>& sums) {
    INTAGLIO_UNROLLED (i, sums.halves * sums.places) {
        const __m512i factor = _mm512_set1_epi16(static_cast<std::int16_t>(1 << (4 - Bits - i % sums.places * Bits)));
        sums.total = _mm512_add_epi32(sums.total, _mm512_madd_epi16(sums.sums[i], factor));
        sums.sums[i] = _mm512_setzero_si512();
    }
}
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE Int512 packed_sum(Avx512, PackedBits<Bits>, const Avx512PackedSums<Bits>& sums) {
    return Int512(_mm512_maskz_srai_epi32(sixteen_lanes, sums.total, static_cast<unsigned>(4 - Bits)));
}

#if INTAGLIO_HAS_AVX512_VNNI
/// Sums of fields at bit 0 of a byte, at bit Bits, ... as many times too large; fields of one bit at bit 4 join those
/// at bit 0.
template <int Bits>
struct Avx512VnniPackedSums {
    static constexpr int places = Bits == 4 ? 2 : 4;
    __m512i sums[places];
};
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE Avx512VnniPackedSums<Bits> zero_packed(Avx512Vnni, PackedBits<Bits>) {
    Avx512VnniPackedSums<Bits> sums{};
    INTAGLIO_UNROLLED (i, sums.places) {
        sums.sums[i] = _mm512_setzero_si512();
    }
    return sums;
}
template <int Bits>
INTAGLIO_INLINE void add_packed(Avx512Vnni set, PackedBits<Bits> packed, Avx512VnniPackedSums<Bits>& sums,
                                const std::uint8_t* weights, const std::int8_t* codes) {
    __m512i bytes = load_weights(set, weights);
    INTAGLIO_UNROLLED (field, packed.fields) {
        constexpr int places = Avx512VnniPackedSums<Bits>::places;
        const int place = field % places;
        if (field == places) bytes = _mm512_srli_epi16(bytes, 4);
        const __m512i fields =
            _mm512_and_si512(bytes, _mm512_set1_epi8(static_cast<char>(packed.mask << (place * Bits))));
        const Int512 four = broadcast_codes(set, codes + 4 * field);
        __m512i& sum = sums.sums[place];
        sum = dot_bytes(set, Int512(sum), Int512(fields), four);
        __asm__("" : "+v"(sum));  // GCC would keep copies of all sums
    }
}
template <int Bits>
[[nodiscard]] constexpr std::int32_t packed_chunks(Avx512Vnni, PackedBits<Bits>) {
    return 0x7fffffff;
}
template <int Bits>
INTAGLIO_INLINE void fold_packed(Avx512Vnni, PackedBits<Bits>, Avx512VnniPackedSums<Bits>&) {}
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE Int512 packed_sum(Avx512Vnni set, PackedBits<Bits>,
                                                const Avx512VnniPackedSums<Bits>& sums) {
    Int512 total(sums.sums[0]);
    INTAGLIO_UNROLLED (i, sums.places - 1) {
        total = add_int32(
            set, total,
            Int512(_mm512_maskz_srai_epi32(sixteen_lanes, sums.sums[i + 1], static_cast<unsigned>((i + 1) * Bits))));
    }
    return total;
}
#endif
// Tables: 64 bytes to a vector ---------------------------------------------------------------------------------------

/// Sums of bytes in 16 bits: those of even bytes, and of odd ones.
struct Avx512WordSums {
    Int512 even, odd;
};

[[nodiscard]] INTAGLIO_INLINE Int512 load_table(Avx512, const std::int8_t* entries) {
    const __m128i table = _mm_loadu_si128(reinterpret_cast<const __m128i*>(entries));
    return Int512(_mm512_maskz_broadcast_i32x4(sixteen_lanes, table));
}
[[nodiscard]] INTAGLIO_INLINE Int512 load_places(Avx512 set, const std::int8_t* places) {
    return load_weights(set, places);
}
[[nodiscard]] INTAGLIO_INLINE Int512 zero_byte_sums(Avx512) {
    return Int512(0);
}
[[nodiscard]] INTAGLIO_INLINE Int512 add_looked_up(Avx512, Int512 sums, Int512 table, Int512 places) {
    return Int512(_mm512_add_epi8(sums, _mm512_shuffle_epi8(table, places)));
}
[[nodiscard]] INTAGLIO_INLINE Avx512WordSums zero_word_sums(Avx512) {
    return {Int512(0), Int512(0)};
}
[[nodiscard]] INTAGLIO_INLINE Avx512WordSums add_byte_sums(Avx512, Avx512WordSums sums, Int512 bytes) {
    const __m512i even = _mm512_maddubs_epi16(_mm512_set1_epi16(1), bytes);
    return {Int512(_mm512_add_epi16(sums.even, even)), Int512(_mm512_add_epi16(sums.odd, _mm512_srai_epi16(bytes, 8)))};
}
[[nodiscard]] INTAGLIO_INLINE Avx512WordSums add_word_sums(Avx512, Avx512WordSums a, Avx512WordSums b) {
    return {Int512(_mm512_add_epi16(a.even, b.even)), Int512(_mm512_add_epi16(a.odd, b.odd))};
}
INTAGLIO_INLINE void store_word_sums(Avx512, std::int32_t* values, Avx512WordSums sums) {
    // Bytes 0 ... 7 of each 16, and the others.
    alignas(64) std::int16_t words[2][32];
    _mm512_store_si512(words[0], _mm512_unpacklo_epi16(sums.even, sums.odd));
    _mm512_store_si512(words[1], _mm512_unpackhi_epi16(sums.even, sums.odd));
    INTAGLIO_UNROLLED (i, 8) {
        const auto* const from = reinterpret_cast<const __m128i*>(words[i % 2] + i / 2 * 8);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(values + i * 8), _mm256_cvtepi16_epi32(_mm_load_si128(from)));
    }
}

/// 16 numbers at a time.
INTAGLIO_INLINE void join_pairs(Avx512, const std::uint8_t* codes, std::int64_t count, std::int32_t first,
                                std::int32_t second, std::uint8_t* numbers) {
    const __m256i factors = _mm256_set1_epi16(static_cast<std::int16_t>(first | second << 8));
    std::int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const __m256i from = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + 2 * i));
        const __m128i bytes = _mm256_cvtepi16_epi8(_mm256_maddubs_epi16(from, factors));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(numbers + i), bytes);
    }
    join_pairs(codes + 2 * i, count - i, first, second, numbers + i);
}

// Bits ---------------------------------------------------------------------------------------------------------------

/// How many bits of each byte are set: a table for each half of it.
[[nodiscard]] INTAGLIO_INLINE __m512i count_bits_of_bytes(Avx512, __m512i bytes) {
    const __m512i table = _mm512_set4_epi32(0x04030302, 0x03020201, 0x03020201, 0x02010100);
    const __m512i half = _mm512_set1_epi8(15);
    const __m512i low = _mm512_and_si512(bytes, half);
    const __m512i high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), half);
    return _mm512_add_epi8(_mm512_shuffle_epi8(table, low), _mm512_shuffle_epi8(table, high));
}

[[nodiscard]] INTAGLIO_INLINE Int512 different_bits(Avx512, Int512 a, Int512 b) {
    return Int512(_mm512_xor_si512(a, b));
}
[[nodiscard]] INTAGLIO_INLINE Int512 different_bits(Avx512, Int512 a, Int512 b, Int512 among) {
    constexpr int a_xor_b_and_among = 0b00101000;  // for each of the 8 values of the three bits
    return Int512(_mm512_ternarylogic_epi32(a, b, among, a_xor_b_and_among));
}
template <class Set>
[[nodiscard]] INTAGLIO_INLINE Int512 add_bit_counts(Set set, Int512 sum, Int512 bits,
                                                    int shift) requires(std::is_base_of_v<Avx512, Set>) {
    const __m512i factor = _mm512_set1_epi8(static_cast<char>(1 << shift));
#if INTAGLIO_HAS_AVX512_POPCOUNT
    if constexpr (std::is_base_of_v<Avx512Vnni, Set>) {
        if (shift == 0) return add_int32(set, sum, Int512(_mm512_popcnt_epi32(bits)));
        // The dot product adds and shifts at once.
        return Int512(_mm512_dpbusd_epi32(sum, _mm512_popcnt_epi8(bits), factor));
    }
#endif
    return dot_small_bytes(set, sum, Int512(count_bits_of_bytes(set, bits)), Int512(factor));
}

[[nodiscard]] INTAGLIO_INLINE Int512 subtract_int32(Avx512, Int512 a, Int512 b) {
    __asm__("" : "+v"(b.data));  // GCC would keep a - b beside b in each pass of the loop that sums b up
    return a - b;
}

[[nodiscard]] INTAGLIO_INLINE Int512 shift_right_int32(Avx512, Int512 a, int bits) {
    return Int512(_mm512_maskz_srai_epi32(sixteen_lanes, a, static_cast<unsigned>(bits)));
}

template <class Code>
[[nodiscard]] INTAGLIO_INLINE std::uint32_t bits_of_codes(Avx512, const Code* codes, int count, std::int64_t /*before*/,
                                                          std::int32_t more, int bit) {
    const __mmask32 first = ~std::uint32_t{0} >> (32 - count);
    const __m256i bytes = _mm256_maskz_loadu_epi8(first, codes);
    const __m256i states = _mm256_add_epi8(bytes, _mm256_set1_epi8(static_cast<char>(more)));
    return _mm256_mask_test_epi8_mask(first, states, _mm256_set1_epi8(static_cast<char>(1 << bit)));
}

// Loads and stores ---------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE Int512 load_int32(Avx512, const std::int16_t* values) {
    return Int512(
        _mm512_maskz_cvtepi16_epi32(sixteen_lanes, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values))));
}
[[nodiscard]] INTAGLIO_INLINE Int512 load_int32(Avx512, const std::uint8_t* values) {
    return Int512(_mm512_maskz_cvtepu8_epi32(sixteen_lanes, _mm_loadu_si128(reinterpret_cast<const __m128i*>(values))));
}
[[nodiscard]] INTAGLIO_INLINE Int512 load_int32(Avx512, const std::int8_t* values) {
    return Int512(_mm512_maskz_cvtepi8_epi32(sixteen_lanes, _mm_loadu_si128(reinterpret_cast<const __m128i*>(values))));
}

[[nodiscard]] INTAGLIO_INLINE Int512 load_first_int32(Avx512 set, const std::int32_t* values, int count) {
    return Int512(_mm512_maskz_loadu_epi32(first_lanes_mask(set, count), values));
}
[[nodiscard]] INTAGLIO_INLINE Int512 load_first_int32(Avx512 set, const std::int16_t* values, int count) {
    return Int512(
        _mm512_maskz_cvtepi16_epi32(sixteen_lanes, _mm256_maskz_loadu_epi16(first_lanes_mask(set, count), values)));
}
[[nodiscard]] INTAGLIO_INLINE Int512 load_first_int32(Avx512 set, const std::uint8_t* values, int count) {
    return Int512(
        _mm512_maskz_cvtepu8_epi32(sixteen_lanes, _mm_maskz_loadu_epi8(first_lanes_mask(set, count), values)));
}
[[nodiscard]] INTAGLIO_INLINE Int512 load_first_int32(Avx512 set, const std::int8_t* values, int count) {
    return Int512(
        _mm512_maskz_cvtepi8_epi32(sixteen_lanes, _mm_maskz_loadu_epi8(first_lanes_mask(set, count), values)));
}

INTAGLIO_INLINE void store(Avx512, std::int16_t* values, Int512 vector) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(values), _mm512_maskz_cvtepi32_epi16(sixteen_lanes, vector));
}
INTAGLIO_INLINE void store(Avx512, std::uint8_t* values, Int512 vector) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(values), _mm512_maskz_cvtepi32_epi8(sixteen_lanes, vector));
}
INTAGLIO_INLINE void store(Avx512, std::int8_t* values, Int512 vector) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(values), _mm512_maskz_cvtepi32_epi8(sixteen_lanes, vector));
}

INTAGLIO_INLINE void store_first(Avx512 set, std::int32_t* values, Int512 vector, int count) {
    _mm512_mask_storeu_epi32(values, first_lanes_mask(set, count), vector);
}
INTAGLIO_INLINE void store_first(Avx512 set, std::int16_t* values, Int512 vector, int count) {
    _mm256_mask_storeu_epi16(values, first_lanes_mask(set, count), _mm512_maskz_cvtepi32_epi16(sixteen_lanes, vector));
}
INTAGLIO_INLINE void store_first(Avx512 set, std::uint8_t* values, Int512 vector, int count) {
    _mm_mask_storeu_epi8(values, first_lanes_mask(set, count), _mm512_maskz_cvtepi32_epi8(sixteen_lanes, vector));
}
INTAGLIO_INLINE void store_first(Avx512 set, std::int8_t* values, Int512 vector, int count) {
    _mm_mask_storeu_epi8(values, first_lanes_mask(set, count), _mm512_maskz_cvtepi32_epi8(sixteen_lanes, vector));
}

// Steps --------------------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE Int512 count_reached(Avx512, Int512 count, Int512 value, Int512 threshold) {
    const __mmask16 reached = _mm512_cmpge_epi32_mask(value, threshold);
    return Int512(_mm512_mask_sub_epi32(count, reached, count, _mm512_set1_epi32(-1)));
}

[[nodiscard]] INTAGLIO_INLINE std::uint32_t reached_bits(Avx512, Int512 value, Int512 threshold) {
    return _mm512_cmpge_epi32_mask(value, threshold);
}

[[nodiscard]] INTAGLIO_INLINE std::uint32_t bits_of_lanes(Avx512, Int512 vector, int bit) {
    return _mm512_test_epi32_mask(vector, _mm512_set1_epi32(1 << bit));
}

/// Of even lanes and of odd ones, as products of 64 bits need them.
struct Avx512Dyadic {
    __m512i multiplier_even, multiplier_odd, addend_even, addend_odd, shift_even, shift_odd;
};

[[nodiscard]] INTAGLIO_INLINE Avx512Dyadic load_dyadic(Avx512, const std::int32_t* multiplier,
                                                       const std::int64_t* addend, const std::uint8_t* shift) {
    const __m512i multipliers = _mm512_loadu_si512(multiplier);
    const __m512i low = _mm512_loadu_si512(addend);
    const __m512i high = _mm512_loadu_si512(addend + 8);
    const __m512i even = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
    const __m512i shifts =
        _mm512_maskz_cvtepu8_epi32(sixteen_lanes, _mm_loadu_si128(reinterpret_cast<const __m128i*>(shift)));
    return {multipliers,
            _mm512_maskz_srli_epi64(eight_lanes, multipliers, 32),
            _mm512_permutex2var_epi64(low, even, high),
            _mm512_permutex2var_epi64(low, odd, high),
            _mm512_and_si512(shifts, _mm512_set1_epi64(0xff)),
            _mm512_maskz_srli_epi64(eight_lanes, shifts, 32)};
}

/// Eight 64-bit lanes of apply_dyadic, of the lower halves of these values.
[[nodiscard]] INTAGLIO_INLINE __m512i dyadic_half(Avx512, __m512i values, __m512i multiplier, __m512i addend,
                                                  __m512i shift, __m512i lowest, __m512i highest) {
    const __m512i product = _mm512_maskz_mul_epi32(eight_lanes, values, multiplier);
    const __m512i shifted = _mm512_maskz_srav_epi64(eight_lanes, _mm512_add_epi64(product, addend), shift);
    return _mm512_maskz_min_epi64(eight_lanes, _mm512_maskz_max_epi64(eight_lanes, shifted, lowest), highest);
}

[[nodiscard]] INTAGLIO_INLINE Int512 apply_dyadic(Avx512 set, Int512 value, const Avx512Dyadic& dyadic,
                                                  std::int32_t lowest, std::int32_t highest) {
    const __m512i low_limit = _mm512_set1_epi64(lowest);
    const __m512i high_limit = _mm512_set1_epi64(highest);
    const __m512i even =
        dyadic_half(set, value, dyadic.multiplier_even, dyadic.addend_even, dyadic.shift_even, low_limit, high_limit);
    const __m512i odd = dyadic_half(set, _mm512_maskz_srli_epi64(eight_lanes, value, 32), dyadic.multiplier_odd,
                                    dyadic.addend_odd, dyadic.shift_odd, low_limit, high_limit);
    constexpr __mmask16 odd_lanes = 0xaaaa;
    return Int512(_mm512_mask_shuffle_epi32(even, odd_lanes, odd, _MM_PERM_CCAA));
}

// Statistics ---------------------------------------------------------------------------------------------------------

struct Avx512Moments {
    __m512i sum_low, sum_high, total_low, total_high, high_low, high_high;
};

[[nodiscard]] INTAGLIO_INLINE Avx512Moments zero_moments(Avx512) {
    const __m512i zero = _mm512_setzero_si512();
    return {zero, zero, zero, zero, zero, zero};
}

INTAGLIO_INLINE void add_to_moments(Avx512, Avx512Moments& moments, Int512 values) {
    const __m512i low =
        _mm512_maskz_cvtepi32_epi64(eight_lanes, _mm512_maskz_extracti64x4_epi64(four_lanes, values, 0));
    const __m512i high =
        _mm512_maskz_cvtepi32_epi64(eight_lanes, _mm512_maskz_extracti64x4_epi64(four_lanes, values, 1));
    const __m512i low_square = _mm512_maskz_mul_epi32(eight_lanes, low, low);
    const __m512i high_square = _mm512_maskz_mul_epi32(eight_lanes, high, high);
    moments.sum_low = _mm512_add_epi64(moments.sum_low, low);
    moments.sum_high = _mm512_add_epi64(moments.sum_high, high);
    moments.total_low = _mm512_add_epi64(moments.total_low, low_square);
    moments.total_high = _mm512_add_epi64(moments.total_high, high_square);
    moments.high_low = _mm512_add_epi64(moments.high_low, _mm512_maskz_srli_epi64(eight_lanes, low_square, 32));
    moments.high_high = _mm512_add_epi64(moments.high_high, _mm512_maskz_srli_epi64(eight_lanes, high_square, 32));
}

INTAGLIO_INLINE void store_moments(Avx512, const Avx512Moments& moments, std::int64_t* sum, std::uint64_t* total,
                                   std::uint64_t* high) {
    _mm512_storeu_si512(sum, moments.sum_low);
    _mm512_storeu_si512(sum + 8, moments.sum_high);
    _mm512_storeu_si512(total, moments.total_low);
    _mm512_storeu_si512(total + 8, moments.total_high);
    _mm512_storeu_si512(high, moments.high_low);
    _mm512_storeu_si512(high + 8, moments.high_high);
}

// Floats -------------------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE Vector<float, 64> load_first_float(Avx512 set, const float* values, int count) {
    return Vector<float, 64>(_mm512_maskz_loadu_ps(first_lanes_mask(set, count), values));
}
[[nodiscard]] INTAGLIO_INLINE Vector<double, 64> load_first_float(Avx512 set, const double* values, int count) {
    return Vector<double, 64>(
        _mm512_maskz_loadu_pd(static_cast<__mmask8>(first_lanes_mask(set, count > 8 ? 8 : count)), values));
}
INTAGLIO_INLINE void store_first_float(Avx512 set, float* values, Vector<float, 64> vector, int count) {
    _mm512_mask_storeu_ps(values, first_lanes_mask(set, count), vector);
}
INTAGLIO_INLINE void store_first_float(Avx512 set, double* values, Vector<double, 64> vector, int count) {
    _mm512_mask_storeu_pd(values, static_cast<__mmask8>(first_lanes_mask(set, count > 8 ? 8 : count)), vector);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd

#endif
