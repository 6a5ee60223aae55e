// The one header that includes xsimd: the x86 operations of the kernels as overloads on our architecture tags.
//
// Host only. xsimd gives registers, loads, stores and arithmetic; intrinsics give what it lacks: byte and word dot
// products, masked loads and stores, narrowing, 64-bit intermediates. `Native` is the best set of this translation
// unit's compiler flags; without AVX2 it is Portable. On processors for which xsimd has no vectors it is not included.
#pragma once

#include <type_traits>

#include "intaglio/simd/portable.hpp"
#include "intaglio/simd/tags.hpp"

#if defined(__x86_64__) || defined(__aarch64__) || (defined(__i386__) && defined(__SSE2__))
#define INTAGLIO_HAS_XSIMD 1
#else
#define INTAGLIO_HAS_XSIMD 0
#endif

#if INTAGLIO_HAS_XSIMD
// GCC 12 warns of the operand that its own unmasked 512-bit intrinsics leave undefined on purpose (its bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#if INTAGLIO_HAS_AVX2
#include <immintrin.h>
#endif

#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#endif

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

#if INTAGLIO_HAS_AVX512_VNNI
using Native = Avx512Vnni;
#elif INTAGLIO_HAS_AVX512
using Native = Avx512;
#elif INTAGLIO_HAS_AVX2_VNNI
using Native = Avx2Vnni;
#elif INTAGLIO_HAS_AVX2
using Native = Avx2;
#else
using Native = Portable;
#endif

#if INTAGLIO_HAS_AVX2
template <class T>
using Vector256 = xsimd::batch<T, xsimd::fma3<xsimd::avx2>>;
using Int256 = Vector256<std::int32_t>;

/// The mask of the first `count` lanes.
[[nodiscard]] INTAGLIO_INLINE __m256i first_lanes_mask(Avx2, int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

#if INTAGLIO_HAS_AVX512
template <class T>
using Vector512 = xsimd::batch<T, xsimd::avx512bw>;
using Int512 = Vector512<std::int32_t>;

/// The mask of the first `count` lanes.
[[nodiscard]] INTAGLIO_INLINE __mmask16 first_lanes_mask(Avx512, int count) {
    return static_cast<__mmask16>(count >= 16 ? 0xffffU : (1U << (count > 0 ? count : 0)) - 1U);
}
#endif

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd

#if INTAGLIO_HAS_AVX2
#include "intaglio/simd/avx2.hpp"
#endif
#if INTAGLIO_HAS_AVX512
#include "intaglio/simd/avx512.hpp"
#endif
#include "intaglio/simd/reals.hpp"
