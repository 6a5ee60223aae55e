// The instruction sets of this translation unit, and the best of them. Host only.
#pragma once

#include "intaglio/simd/floats.hpp"
#include "intaglio/simd/generic.hpp"
#include "intaglio/simd/instruction_set.hpp"
#include "intaglio/simd/portable.hpp"
#include "intaglio/simd/tags.hpp"
#include "intaglio/simd/target.hpp"
// Each is empty where the compiler's flags do not allow it.
#include "intaglio/simd/avx2.hpp"
#include "intaglio/simd/avx512.hpp"
#include "intaglio/simd/neon.hpp"
#include "intaglio/simd/sse2.hpp"
#include "intaglio/simd/ssse3.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

/// The best set that the compiler's flags allow; Portable on processors for which xsimd has no vectors.
#if INTAGLIO_HAS_AVX512_VNNI
using Native = Avx512Vnni;
#elif INTAGLIO_HAS_AVX512
using Native = Avx512;
#elif INTAGLIO_HAS_AVX2_VNNI
using Native = Avx2Vnni;
#elif INTAGLIO_HAS_AVX2
using Native = Avx2;
#elif INTAGLIO_HAS_SSSE3
using Native = Ssse3;
#elif INTAGLIO_HAS_SSE2
using Native = Sse2;
#elif INTAGLIO_HAS_NEON_DOT
using Native = NeonDot;
#elif INTAGLIO_HAS_NEON
using Native = Neon;
#elif INTAGLIO_HAS_VECTORS
using Native = Generic;
#else
using Native = Portable;
#endif
static_assert(CheckedInstructionSet<Native>::passed);

/// The processor that the compiler's flags name, if its profile is known; otherwise the best set. GCC 12 takes a Zen 4
/// for a Zen 3 that has AVX-512.
#if INTAGLIO_HAS_AVX512_VNNI && (defined(__znver3__) || defined(__znver4__))
using NativeTarget = Zen4;
#elif INTAGLIO_HAS_AVX512_VNNI && defined(__znver5__)
using NativeTarget = Zen5;
#else
using NativeTarget = Native;
#endif

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
