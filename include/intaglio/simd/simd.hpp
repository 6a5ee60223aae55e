// The one header that includes xsimd: the x86 operations of the kernels as overloads on our architecture tags.
//
// Host only. xsimd gives registers, loads, stores and arithmetic; intrinsics give what it lacks: byte and word dot
// products, masked loads and stores, narrowing, 64-bit intermediates. `Native` is the best set of this translation
// unit's compiler flags; without AVX2 it is Portable.
#pragma once

#include "intaglio/simd/portable.hpp"
#include "intaglio/simd/tags.hpp"

#if INTAGLIO_HAS_AVX2
#include <immintrin.h>
#endif

#include <xsimd/xsimd.hpp>

namespace intaglio::simd {
inline namespace INTAGLIO_INSTRUCTION_SET {

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
#endif

#if INTAGLIO_HAS_AVX512
template <class T>
using Vector512 = xsimd::batch<T, xsimd::avx512bw>;
using Int512 = Vector512<std::int32_t>;
#endif

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::simd

#if INTAGLIO_HAS_AVX2
#include "intaglio/simd/avx2.hpp"
#endif
#if INTAGLIO_HAS_AVX512
#include "intaglio/simd/avx512.hpp"
#endif
#include "intaglio/simd/reals.hpp"
