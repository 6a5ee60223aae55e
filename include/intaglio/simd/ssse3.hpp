// What SSSE3 adds to SSE2: products of bytes.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/sse2.hpp"

#if INTAGLIO_HAS_SSSE3

#include <tmmintrin.h>

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

/// Bytes as they are, and as SSE2 takes them; what is not used costs nothing.
template <class Wide>
struct BytesAndWide : Wide {
    Int128 bytes;
};
template <class Byte>
[[nodiscard]] INTAGLIO_INLINE auto bytes_and_wide(const Byte* type, Int128 bytes) {
    using Wide = decltype(widened<16>(type, bytes));
    return BytesAndWide<Wide>{widened<16>(type, bytes), bytes};
}

[[nodiscard]] INTAGLIO_INLINE auto broadcast_codes(Ssse3, const std::uint8_t* codes) {
    std::int32_t lane;
    __builtin_memcpy(&lane, codes, sizeof lane);
    return bytes_and_wide(codes, Int128(lane));
}
[[nodiscard]] INTAGLIO_INLINE auto load_codes(Ssse3, const std::uint8_t* codes) {
    return bytes_and_wide(codes, Int128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes))));
}
[[nodiscard]] INTAGLIO_INLINE auto load_weights(Ssse3, const std::int8_t* weights) {
    return bytes_and_wide(weights, Int128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(weights))));
}

[[nodiscard]] INTAGLIO_INLINE Int128 dot_small_bytes(Ssse3, Int128 sum, BytesAndWide<WideCodes<16>> a,
                                                     BytesAndWide<WideWeights<16>> w) {
    const __m128i pairs = _mm_maddubs_epi16(a.bytes, w.bytes);
    return Int128(_mm_add_epi32(sum, _mm_madd_epi16(pairs, _mm_set1_epi16(1))));
}

[[nodiscard]] INTAGLIO_INLINE Int128 zero_short_sums(Ssse3) {
    return Int128(0);
}
[[nodiscard]] INTAGLIO_INLINE Int128 add_short_products(Ssse3, Int128 sums, BytesAndWide<WideCodes<16>> a,
                                                        BytesAndWide<WideWeights<16>> w) {
    return Int128(_mm_add_epi16(sums, _mm_maddubs_epi16(a.bytes, w.bytes)));
}
[[nodiscard]] INTAGLIO_INLINE Int128 add_short_sums(Ssse3, Int128 sum, Int128 sums) {
    return Int128(_mm_add_epi32(sum, _mm_madd_epi16(sums, _mm_set1_epi16(1))));
}

// Tables: 16 bytes to a vector ---------------------------------------------------------------------------------------

/// Sums of bytes in 16 bits: those of even bytes, and of odd ones.
struct Ssse3WordSums {
    Int128 even, odd;
};

[[nodiscard]] INTAGLIO_INLINE Int128 load_table(Ssse3, const std::int8_t* entries) {
    return Int128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(entries)));
}
[[nodiscard]] INTAGLIO_INLINE Int128 load_places(Ssse3 set, const std::int8_t* places) {
    return load_table(set, places);
}
[[nodiscard]] INTAGLIO_INLINE Int128 zero_byte_sums(Ssse3) {
    return Int128(0);
}
[[nodiscard]] INTAGLIO_INLINE Int128 add_looked_up(Ssse3, Int128 sums, Int128 table, Int128 places) {
    return Int128(_mm_add_epi8(sums, _mm_shuffle_epi8(table, places)));
}
[[nodiscard]] INTAGLIO_INLINE Ssse3WordSums zero_word_sums(Ssse3) {
    return {Int128(0), Int128(0)};
}
[[nodiscard]] INTAGLIO_INLINE Ssse3WordSums add_byte_sums(Ssse3, Ssse3WordSums sums, Int128 bytes) {
    const __m128i even = _mm_maddubs_epi16(_mm_set1_epi16(1), bytes);
    return {Int128(_mm_add_epi16(sums.even, even)), Int128(_mm_add_epi16(sums.odd, _mm_srai_epi16(bytes, 8)))};
}
[[nodiscard]] INTAGLIO_INLINE Ssse3WordSums add_word_sums(Ssse3, Ssse3WordSums a, Ssse3WordSums b) {
    return {Int128(_mm_add_epi16(a.even, b.even)), Int128(_mm_add_epi16(a.odd, b.odd))};
}
INTAGLIO_INLINE void store_word_sums(Ssse3, std::int32_t* values, Ssse3WordSums sums) {
    const auto put = [=](int at, __m128i words) __attribute__((always_inline)) {
        auto* const to = reinterpret_cast<__m128i*>(values + at);
        _mm_storeu_si128(to, _mm_srai_epi32(_mm_unpacklo_epi16(words, words), 16));
        _mm_storeu_si128(to + 1, _mm_srai_epi32(_mm_unpackhi_epi16(words, words), 16));
    };
    put(0, _mm_unpacklo_epi16(sums.even, sums.odd));
    put(8, _mm_unpackhi_epi16(sums.even, sums.odd));
}
/// 8 numbers at a time.
INTAGLIO_INLINE void join_pairs(Ssse3, const std::uint8_t* codes, std::int64_t count, std::int32_t first,
                                std::int32_t second, std::uint8_t* numbers) {
    const __m128i factors = _mm_set1_epi16(static_cast<std::int16_t>(first | second << 8));
    std::int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m128i from = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + 2 * i));
        const __m128i words = _mm_maddubs_epi16(from, factors);
        _mm_storel_epi64(reinterpret_cast<__m128i*>(numbers + i), _mm_packus_epi16(words, words));
    }
    join_pairs(codes + 2 * i, count - i, first, second, numbers + i);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd

#endif
