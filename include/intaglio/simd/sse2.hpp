// What x86 with SSE2 does better than the generic set: products of words, and narrowing.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/generic.hpp"

#if INTAGLIO_HAS_SSE2

#include <emmintrin.h>

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

using Int128 = Int32s<16>;

// Dot products -------------------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE Int128 broadcast_codes(Sse2, const std::int16_t* codes) {
    std::int32_t lane;
    __builtin_memcpy(&lane, codes, sizeof lane);
    return Int128(lane);
}
[[nodiscard]] INTAGLIO_INLINE Int128 load_codes(Sse2, const std::int16_t* codes) {
    return Int128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
}
[[nodiscard]] INTAGLIO_INLINE Int128 load_weights(Sse2 set, const std::int16_t* weights) {
    return load_codes(set, weights);
}

[[nodiscard]] INTAGLIO_INLINE Int128 dot_words(Sse2, Int128 sum, Int128 a, Int128 w) {
    return Int128(_mm_add_epi32(sum, _mm_madd_epi16(a, w)));
}
[[nodiscard]] INTAGLIO_INLINE Int128 dot_bytes(Sse2, Int128 sum, WideCodes<16> a, WideWeights<16> w) {
    const __m128i products = _mm_add_epi32(_mm_madd_epi16(a.even, w.even), _mm_madd_epi16(a.odd, w.odd));
    return Int128(_mm_add_epi32(sum, products));
}
[[nodiscard]] INTAGLIO_INLINE Int128 dot_small_bytes(Sse2 set, Int128 sum, WideCodes<16> a, WideWeights<16> w) {
    return dot_bytes(set, sum, a, w);
}

// Stores -------------------------------------------------------------------------------------------------------------

INTAGLIO_INLINE void store(Sse2, std::int16_t* values, Int128 vector) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(values), _mm_packs_epi32(vector, vector));
}
INTAGLIO_INLINE void store(Sse2, std::int8_t* values, Int128 vector) {
    const __m128i words = _mm_packs_epi32(vector, vector);
    const std::int32_t bytes = _mm_cvtsi128_si32(_mm_packs_epi16(words, words));
    __builtin_memcpy(values, &bytes, sizeof bytes);
}
INTAGLIO_INLINE void store(Sse2, std::uint8_t* values, Int128 vector) {
    const __m128i words = _mm_packs_epi32(vector, vector);
    const std::int32_t bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    __builtin_memcpy(values, &bytes, sizeof bytes);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd

#endif
