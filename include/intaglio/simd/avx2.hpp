// What AVX2 does better than the generic set, and the byte dot product of AVX-VNNI.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/generic.hpp"

#if INTAGLIO_HAS_AVX2

#include <immintrin.h>

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

using Int256 = Int32s<32>;

/// The mask of the first `count` lanes.
[[nodiscard]] INTAGLIO_INLINE __m256i first_lanes_mask(Avx2, int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// 16 registers: 4 pixels x 2 vectors, or 12 x 1.
[[nodiscard]] constexpr int tile_groups(Avx2, int columns) {
    return columns == 1 ? 3 : 1;
}

// Dot products -------------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE Int256 add_int32(Avx2, Int256 a, Int256 b) {
    __asm__("" : "+x"(a.data));  // GCC would keep a + b beside a in each pass of the loop that sums a up
    return a + b;
}

/// Four bytes or two words, as one 32-bit lane repeated.
template <class Code>
[[nodiscard]] INTAGLIO_INLINE Int256 broadcast_codes(Avx2, const Code* codes) {
    std::int32_t lane;
    __builtin_memcpy(&lane, codes, sizeof lane);
    return Int256(_mm256_set1_epi32(lane));
}

template <class Weight>
[[nodiscard]] INTAGLIO_INLINE Int256 load_weights(Avx2, const Weight* weights) {
    return Int256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights)));
}
[[nodiscard]] INTAGLIO_INLINE Int256 load_weights(Avx2, const std::int16_t* weights) {
    __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights));
    __asm__("" : "+x"(words));  // GCC would load them again for each pixel of a tile, and loads would be the limit
    return Int256(words);
}
[[nodiscard]] INTAGLIO_INLINE Int256 load_weights(Avx2, const std::int8_t* weights) {
    __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights));
    __asm__("" : "+x"(words));  // GCC would load them again for each pixel of a tile, and loads would be the limit
    return Int256(words);
}
/// Four bytes or two words of each lane.
template <class Code>
[[nodiscard]] INTAGLIO_INLINE Int256 load_codes(Avx2 set, const Code* codes) {
    return load_weights(set, codes);
}

/// Words: sum + the two products of each lane.
[[nodiscard]] INTAGLIO_INLINE Int256 dot_words(Avx2, Int256 sum, Int256 a, Int256 w) {
    return Int256(_mm256_add_epi32(sum, _mm256_madd_epi16(a, w)));
}

/// Bytes whose sums of two products fit 16 bits.
[[nodiscard]] INTAGLIO_INLINE Int256 dot_small_bytes(Avx2, Int256 sum, Int256 a, Int256 w) {
    const __m256i pairs = _mm256_maddubs_epi16(a, w);
    return Int256(_mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1))));
}

[[nodiscard]] INTAGLIO_INLINE Int256 zero_short_sums(Avx2) {
    return Int256(0);
}
[[nodiscard]] INTAGLIO_INLINE Int256 add_short_products(Avx2, Int256 sums, Int256 a, Int256 w) {
    return Int256(_mm256_add_epi16(sums, _mm256_maddubs_epi16(a, w)));
}
[[nodiscard]] INTAGLIO_INLINE Int256 add_short_sums(Avx2, Int256 sum, Int256 sums) {
    return Int256(_mm256_add_epi32(sum, _mm256_madd_epi16(sums, _mm256_set1_epi16(1))));
}

#if INTAGLIO_HAS_AVX2_VNNI
[[nodiscard]] INTAGLIO_INLINE Int256 dot_bytes(Avx2Vnni, Int256 sum, Int256 a, Int256 w) {
#if INTAGLIO_HAS_AVX512_VNNI
    return Int256(_mm256_dpbusd_epi32(__m256i(sum), __m256i(a), __m256i(w)));
#else
    return Int256(_mm256_dpbusd_avx_epi32(__m256i(sum), __m256i(a), __m256i(w)));
#endif
}
[[nodiscard]] INTAGLIO_INLINE Int256 dot_small_bytes(Avx2Vnni set, Int256 sum, Int256 a, Int256 w) {
    return dot_bytes(set, sum, a, w);
}
[[nodiscard]] INTAGLIO_INLINE Int256 dot_words(Avx2Vnni, Int256 sum, Int256 a, Int256 w) {
#if INTAGLIO_HAS_AVX512_VNNI
    return Int256(_mm256_dpwssd_epi32(__m256i(sum), __m256i(a), __m256i(w)));
#else
    return Int256(_mm256_dpwssd_avx_epi32(__m256i(sum), __m256i(a), __m256i(w)));
#endif
}
#endif

// Packed weights -----------------------------------------------------------------------------------------------------

/// Sums of 16 bits: those of fields at bit 0 of half a byte, of fields at bit Bits, ... as many times too large; of
/// each half, but for single bits. Folded they are in `total`, as many times too large as the last ones.
template <int Bits>
struct Avx2PackedSums {
    static constexpr int places = 4 / Bits;
    static constexpr int halves = Bits == 1 ? 1 : 2;
    __m256i total;
    __m256i sums[halves * places];
};
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE Avx2PackedSums<Bits> zero_packed(Avx2, PackedBits<Bits>) {
    const __m256i zero = _mm256_setzero_si256();
    Avx2PackedSums<Bits> sums{};
    sums.total = zero;
    INTAGLIO_UNROLLED (i, sums.halves * sums.places) {
        sums.sums[i] = zero;
    }
    return sums;
}
template <int Bits>
INTAGLIO_INLINE void add_packed(Avx2, PackedBits<Bits>, Avx2PackedSums<Bits>& sums, const std::uint8_t* weights,
                                const std::int8_t* codes) {
    __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights));
    INTAGLIO_UNROLLED (half, 2) {
        INTAGLIO_UNROLLED (i, sums.places) {
            __m256i& sum = sums.sums[half % sums.halves * sums.places + i];
            std::int32_t lane;
            __builtin_memcpy(&lane, codes + 4 * (half * sums.places + i), sizeof lane);
            const __m256i fields =
                _mm256_and_si256(bytes, _mm256_set1_epi8(static_cast<char>(((1 << Bits) - 1) << (i * Bits))));
            sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(fields, _mm256_set1_epi32(lane)));
            __asm__("" : "+x"(sum));  // GCC would sum up in another order, with more copies
        }
        bytes = _mm256_srli_epi16(bytes, 4);
    }
}
/// A chunk adds two products to each sum (four of single bits), of fields of at most 12 (or 15, or 8) and codes of at
/// most 128.
template <int Bits>
[[nodiscard]] constexpr std::int32_t packed_chunks(Avx2, PackedBits<Bits> packed) {
    return 32767 / (4 / Avx2PackedSums<Bits>::halves * (packed.mask << (4 - Bits)) * 128);
}
template <int Bits>
INTAGLIO_INLINE void fold_packed(Avx2, PackedBits<Bits>, Avx2PackedSums<Bits>& sums) {
    INTAGLIO_UNROLLED (i, sums.halves * sums.places) {
        const __m256i factor = _mm256_set1_epi16(static_cast<std::int16_t>(1 << (4 - Bits - i % sums.places * Bits)));
        sums.total = _mm256_add_epi32(sums.total, _mm256_madd_epi16(sums.sums[i], factor));
        sums.sums[i] = _mm256_setzero_si256();
    }
}
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE Int256 packed_sum(Avx2, PackedBits<Bits>, const Avx2PackedSums<Bits>& sums) {
    return Int256(_mm256_srai_epi32(sums.total, 4 - Bits));
}

#if INTAGLIO_HAS_AVX2_VNNI
/// Sums of fields at bit 0 of a byte, at bit Bits, ... as many times too large; fields of one bit at bit 4 join those
/// at bit 0.
template <int Bits>
struct Avx2VnniPackedSums {
    static constexpr int places = Bits == 4 ? 2 : 4;
    __m256i sums[places];
};
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE Avx2VnniPackedSums<Bits> zero_packed(Avx2Vnni, PackedBits<Bits>) {
    Avx2VnniPackedSums<Bits> sums{};
    INTAGLIO_UNROLLED (i, sums.places) {
        sums.sums[i] = _mm256_setzero_si256();
    }
    return sums;
}
template <int Bits>
INTAGLIO_INLINE void add_packed(Avx2Vnni set, PackedBits<Bits> packed, Avx2VnniPackedSums<Bits>& sums,
                                const std::uint8_t* weights, const std::int8_t* codes) {
    __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights));
    INTAGLIO_UNROLLED (field, packed.fields) {
        constexpr int places = Avx2VnniPackedSums<Bits>::places;
        const int place = field % places;
        if (field == places) bytes = _mm256_srli_epi16(bytes, 4);
        const __m256i fields =
            _mm256_and_si256(bytes, _mm256_set1_epi8(static_cast<char>(packed.mask << (place * Bits))));
        const Int256 four = broadcast_codes(set, codes + 4 * field);
        sums.sums[place] = dot_bytes(set, Int256(sums.sums[place]), Int256(fields), four);
    }
}
template <int Bits>
[[nodiscard]] constexpr std::int32_t packed_chunks(Avx2Vnni, PackedBits<Bits>) {
    return 0x7fffffff;
}
template <int Bits>
INTAGLIO_INLINE void fold_packed(Avx2Vnni, PackedBits<Bits>, Avx2VnniPackedSums<Bits>&) {}
template <int Bits>
[[nodiscard]] INTAGLIO_INLINE Int256 packed_sum(Avx2Vnni set, PackedBits<Bits>, const Avx2VnniPackedSums<Bits>& sums) {
    Int256 total(sums.sums[0]);
    INTAGLIO_UNROLLED (i, sums.places - 1) {
        total = add_int32(set, total, Int256(_mm256_srai_epi32(sums.sums[i + 1], (i + 1) * Bits)));
    }
    return total;
}
#endif

// Tables: 32 bytes to a vector ---------------------------------------------------------------------------------------

/// Sums of bytes in 16 bits: those of even bytes, and of odd ones.
struct Avx2WordSums {
    Int256 even, odd;
};

[[nodiscard]] INTAGLIO_INLINE Int256 load_table(Avx2, const std::int8_t* entries) {
    return Int256(_mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(entries))));
}
[[nodiscard]] INTAGLIO_INLINE Int256 load_places(Avx2 set, const std::int8_t* places) {
    return load_weights(set, places);
}
[[nodiscard]] INTAGLIO_INLINE Int256 zero_byte_sums(Avx2) {
    return Int256(0);
}
[[nodiscard]] INTAGLIO_INLINE Int256 add_looked_up(Avx2, Int256 sums, Int256 table, Int256 places) {
    return Int256(_mm256_add_epi8(sums, _mm256_shuffle_epi8(table, places)));
}
[[nodiscard]] INTAGLIO_INLINE Avx2WordSums zero_word_sums(Avx2) {
    return {Int256(0), Int256(0)};
}
[[nodiscard]] INTAGLIO_INLINE Avx2WordSums add_byte_sums(Avx2, Avx2WordSums sums, Int256 bytes) {
    const __m256i even = _mm256_maddubs_epi16(_mm256_set1_epi16(1), bytes);
    return {Int256(_mm256_add_epi16(sums.even, even)), Int256(_mm256_add_epi16(sums.odd, _mm256_srai_epi16(bytes, 8)))};
}
[[nodiscard]] INTAGLIO_INLINE Avx2WordSums add_word_sums(Avx2, Avx2WordSums a, Avx2WordSums b) {
    return {Int256(_mm256_add_epi16(a.even, b.even)), Int256(_mm256_add_epi16(a.odd, b.odd))};
}
INTAGLIO_INLINE void store_word_sums(Avx2, std::int32_t* values, Avx2WordSums sums) {
    const __m256i first = _mm256_unpacklo_epi16(sums.even, sums.odd);  // bytes 0 ... 7 and 16 ... 23
    const __m256i second = _mm256_unpackhi_epi16(sums.even, sums.odd);
    const auto put = [=](int at, __m128i words) __attribute__((always_inline)) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(values + at), _mm256_cvtepi16_epi32(words));
    };
    put(0, _mm256_castsi256_si128(first));
    put(8, _mm256_castsi256_si128(second));
    put(16, _mm256_extracti128_si256(first, 1));
    put(24, _mm256_extracti128_si256(second, 1));
}
/// 16 numbers at a time.
INTAGLIO_INLINE void join_pairs(Avx2, const std::uint8_t* codes, std::int64_t count, std::int32_t first,
                                std::int32_t second, std::uint8_t* numbers) {
    const __m256i factors = _mm256_set1_epi16(static_cast<std::int16_t>(first | second << 8));
    std::int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const __m256i from = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + 2 * i));
        const __m256i words = _mm256_maddubs_epi16(from, factors);
        const __m128i high = _mm256_extracti128_si256(words, 1);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(numbers + i),
                         _mm_packus_epi16(_mm256_castsi256_si128(words), high));
    }
    join_pairs(codes + 2 * i, count - i, first, second, numbers + i);
}

// Bits ---------------------------------------------------------------------------------------------------------------

/// How many bits of each byte are set: a table for each half of it.
[[nodiscard]] INTAGLIO_INLINE __m256i count_bits_of_bytes(Avx2, __m256i bytes) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                           0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i half = _mm256_set1_epi8(15);
    const __m256i low = _mm256_and_si256(bytes, half);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, low), _mm256_shuffle_epi8(table, high));
}

[[nodiscard]] INTAGLIO_INLINE Int256 different_bits(Avx2, Int256 a, Int256 b) {
    return a ^ b;
}
[[nodiscard]] INTAGLIO_INLINE Int256 different_bits(Avx2, Int256 a, Int256 b, Int256 among) {
    return (a ^ b) & among;
}
template <class Set>
[[nodiscard]] INTAGLIO_INLINE Int256 add_bit_counts(Set set, Int256 sum, Int256 bits,
                                                    int shift) requires(std::is_base_of_v<Avx2, Set>) {
    const auto factor = static_cast<char>(1 << shift);
    return dot_small_bytes(set, sum, Int256(count_bits_of_bytes(set, bits)), Int256(_mm256_set1_epi8(factor)));
}

[[nodiscard]] INTAGLIO_INLINE Int256 subtract_int32(Avx2, Int256 a, Int256 b) {
    __asm__("" : "+x"(b.data));  // GCC would keep a - b beside b in each pass of the loop that sums b up
    return a - b;
}

template <class Code>
[[nodiscard]] INTAGLIO_INLINE std::uint32_t bits_of_codes(Avx2, const Code* codes, int count, std::int64_t before,
                                                          std::int32_t more, int bit) {
    const auto bits = [=](const Code* from) {
        const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
        const __m256i states = _mm256_add_epi8(bytes, _mm256_set1_epi8(static_cast<char>(more)));
        return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_slli_epi16(states, 7 - bit)));
    };
    const int missing = 32 - count;
    if (missing <= before) return bits(codes - missing) >> missing;
    Code copy[32];
    fill_up(codes, count, static_cast<Code>(-more), copy);
    return bits(copy);
}

// Loads and stores ---------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE Int256 load_int32(Avx2, const std::int16_t* values) {
    return Int256(_mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values))));
}
[[nodiscard]] INTAGLIO_INLINE Int256 load_int32(Avx2, const std::uint8_t* values) {
    return Int256(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(values))));
}
[[nodiscard]] INTAGLIO_INLINE Int256 load_int32(Avx2, const std::int8_t* values) {
    return Int256(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(values))));
}

[[nodiscard]] INTAGLIO_INLINE Int256 load_first_int32(Avx2 set, const std::int32_t* values, int count) {
    return Int256(_mm256_maskload_epi32(values, first_lanes_mask(set, count)));
}
template <class In>
[[nodiscard]] INTAGLIO_INLINE Int256 load_first_int32(Avx2 set, const In* values, int count) {
    In copy[8] = {};
    for (int i = 0; i < count && i < 8; ++i) copy[i] = values[i];
    return load_int32(set, copy);
}

INTAGLIO_INLINE void store(Avx2, std::int16_t* values, Int256 vector) {
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(vector), _mm256_extracti128_si256(vector, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(values), words);
}
INTAGLIO_INLINE void store(Avx2, std::uint8_t* values, Int256 vector) {
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(vector), _mm256_extracti128_si256(vector, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(values), _mm_packus_epi16(words, words));
}
INTAGLIO_INLINE void store(Avx2, std::int8_t* values, Int256 vector) {
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(vector), _mm256_extracti128_si256(vector, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(values), _mm_packs_epi16(words, words));
}

INTAGLIO_INLINE void store_first(Avx2 set, std::int32_t* values, Int256 vector, int count) {
    _mm256_maskstore_epi32(values, first_lanes_mask(set, count), vector);
}
template <class Out>
INTAGLIO_INLINE void store_first(Avx2 set, Out* values, Int256 vector, int count) {
    Out copy[8];
    store(set, copy, vector);
    for (int i = 0; i < count && i < 8; ++i) values[i] = copy[i];
}

// Steps --------------------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE Int256 count_reached(Avx2, Int256 count, Int256 value, Int256 threshold) {
    // The comparison gives -1 where the threshold is not reached; max(value, threshold) == value where it is.
    const __m256i reached = _mm256_cmpeq_epi32(_mm256_max_epi32(value, threshold), value);
    return Int256(_mm256_sub_epi32(count, reached));
}

[[nodiscard]] INTAGLIO_INLINE std::uint32_t reached_bits(Avx2, Int256 value, Int256 threshold) {
    const __m256i reached = _mm256_cmpeq_epi32(_mm256_max_epi32(value, threshold), value);
    return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(reached)));
}

[[nodiscard]] INTAGLIO_INLINE std::uint32_t bits_of_lanes(Avx2, Int256 vector, int bit) {
    return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32(vector, 31 - bit))));
}

/// The numbers of even and of odd channels: their products with lanes of 64 bits are those of one instruction.
struct Avx2Dyadic {
    __m256i even_multiplier, odd_multiplier, even_addend, odd_addend;
    __m256i even_shift, odd_shift;
    __m256i high_shift;  ///< of the upper halves of sums, if all shifts drop the lower ones
    bool drops_low_halves;
};

[[nodiscard]] INTAGLIO_INLINE Avx2Dyadic load_dyadic(Avx2, const std::int32_t* multiplier, const std::int64_t* addend,
                                                     const std::uint8_t* shift) {
    const __m256i factors = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(multiplier));
    const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(addend));
    const __m256i last = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(addend + 4));
    const __m256i shifts = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(shift)));
    const __m256i high_shift = _mm256_sub_epi32(shifts, _mm256_set1_epi32(32));
    constexpr int in_order = 0xd8;  // unpacked, channels 0, 4, 2, 6
    return {factors,
            _mm256_srli_epi64(factors, 32),
            _mm256_permute4x64_epi64(_mm256_unpacklo_epi64(first, last), in_order),
            _mm256_permute4x64_epi64(_mm256_unpackhi_epi64(first, last), in_order),
            _mm256_and_si256(shifts, _mm256_set1_epi64x(0xffffffff)),
            _mm256_srli_epi64(shifts, 32),
            high_shift,
            _mm256_movemask_ps(_mm256_castsi256_ps(high_shift)) == 0};
}

/// clamp(sum >> shift) in lanes of 64 bits.
[[nodiscard]] INTAGLIO_INLINE __m256i shift_and_clamp(Avx2, __m256i sum, __m256i shift, __m256i lowest,
                                                      __m256i highest) {
    // AVX2 has no arithmetic 64-bit shift: shift the complement of negative numbers logically.
    const __m256i sign = _mm256_cmpgt_epi64(_mm256_setzero_si256(), sum);
    const __m256i shifted = _mm256_xor_si256(_mm256_srlv_epi64(_mm256_xor_si256(sum, sign), shift), sign);
    const __m256i raised = _mm256_blendv_epi8(shifted, lowest, _mm256_cmpgt_epi64(lowest, shifted));
    return _mm256_blendv_epi8(raised, highest, _mm256_cmpgt_epi64(raised, highest));
}

[[nodiscard]] INTAGLIO_INLINE Int256 apply_dyadic(Avx2 set, Int256 value, const Avx2Dyadic& dyadic, std::int32_t lowest,
                                                  std::int32_t highest) {
    const __m256i odd_values = _mm256_srli_epi64(value, 32);
    const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(value, dyadic.even_multiplier), dyadic.even_addend);
    const __m256i odd = _mm256_add_epi64(_mm256_mul_epi32(odd_values, dyadic.odd_multiplier), dyadic.odd_addend);
    if (dyadic.drops_low_halves) {
        const __m256i high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
        const __m256i shifted = _mm256_srav_epi32(high, dyadic.high_shift);
        return Int256(
            _mm256_min_epi32(_mm256_max_epi32(shifted, _mm256_set1_epi32(lowest)), _mm256_set1_epi32(highest)));
    }
    const __m256i low_limit = _mm256_set1_epi64x(lowest);
    const __m256i high_limit = _mm256_set1_epi64x(highest);
    const __m256i even_codes = shift_and_clamp(set, even, dyadic.even_shift, low_limit, high_limit);
    const __m256i odd_codes = shift_and_clamp(set, odd, dyadic.odd_shift, low_limit, high_limit);
    return Int256(_mm256_blend_epi32(even_codes, _mm256_slli_epi64(odd_codes, 32), 0xaa));
}

// Statistics ---------------------------------------------------------------------------------------------------------

struct Avx2Moments {
    __m256i sum_low, sum_high, total_low, total_high, high_low, high_high;
};

[[nodiscard]] INTAGLIO_INLINE Avx2Moments zero_moments(Avx2) {
    const __m256i zero = _mm256_setzero_si256();
    return {zero, zero, zero, zero, zero, zero};
}

INTAGLIO_INLINE void add_to_moments(Avx2, Avx2Moments& moments, Int256 values) {
    const __m256i low = _mm256_cvtepi32_epi64(_mm256_castsi256_si128(values));
    const __m256i high = _mm256_cvtepi32_epi64(_mm256_extracti128_si256(values, 1));
    const __m256i low_square = _mm256_mul_epi32(low, low);
    const __m256i high_square = _mm256_mul_epi32(high, high);
    moments.sum_low = _mm256_add_epi64(moments.sum_low, low);
    moments.sum_high = _mm256_add_epi64(moments.sum_high, high);
    moments.total_low = _mm256_add_epi64(moments.total_low, low_square);
    moments.total_high = _mm256_add_epi64(moments.total_high, high_square);
    moments.high_low = _mm256_add_epi64(moments.high_low, _mm256_srli_epi64(low_square, 32));
    moments.high_high = _mm256_add_epi64(moments.high_high, _mm256_srli_epi64(high_square, 32));
}

INTAGLIO_INLINE void store_moments(Avx2, const Avx2Moments& moments, std::int64_t* sum, std::uint64_t* total,
                                   std::uint64_t* high) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sum), moments.sum_low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sum + 4), moments.sum_high);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(total), moments.total_low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(total + 4), moments.total_high);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(high), moments.high_low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(high + 4), moments.high_high);
}

// Floats -------------------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE __m256i first_wide_lanes_mask(Avx2, int count) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
}

[[nodiscard]] INTAGLIO_INLINE Vector<float, 32> load_first_float(Avx2 set, const float* values, int count) {
    return Vector<float, 32>(_mm256_maskload_ps(values, first_lanes_mask(set, count)));
}
[[nodiscard]] INTAGLIO_INLINE Vector<double, 32> load_first_float(Avx2 set, const double* values, int count) {
    return Vector<double, 32>(_mm256_maskload_pd(values, first_wide_lanes_mask(set, count)));
}
INTAGLIO_INLINE void store_first_float(Avx2 set, float* values, Vector<float, 32> vector, int count) {
    _mm256_maskstore_ps(values, first_lanes_mask(set, count), vector);
}
INTAGLIO_INLINE void store_first_float(Avx2 set, double* values, Vector<double, 32> vector, int count) {
    _mm256_maskstore_pd(values, first_wide_lanes_mask(set, count), vector);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd

#endif
