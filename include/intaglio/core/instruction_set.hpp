// The instruction set of the compiler's flags, and the inline namespace that keeps code compiled for different sets
// apart.
#pragma once

// Each set has an inline namespace of its own: otherwise the linker would merge inline functions of two translation
// units, and a machine without AVX-512 could run the AVX-512 copy.
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#define INTAGLIO_HAS_AVX512 1
#else
#define INTAGLIO_HAS_AVX512 0
#endif
#if INTAGLIO_HAS_AVX512 && defined(__AVX512VNNI__)
#define INTAGLIO_HAS_AVX512_VNNI 1
#else
#define INTAGLIO_HAS_AVX512_VNNI 0
#endif
// Counting bits comes with most sets that have VNNI, and not with all.
#if INTAGLIO_HAS_AVX512_VNNI && defined(__AVX512VPOPCNTDQ__) && defined(__AVX512BITALG__)
#define INTAGLIO_HAS_AVX512_POPCOUNT 1
#else
#define INTAGLIO_HAS_AVX512_POPCOUNT 0
#endif
#if defined(__AVX2__) && defined(__FMA__)
#define INTAGLIO_HAS_AVX2 1
#else
#define INTAGLIO_HAS_AVX2 0
#endif
#if INTAGLIO_HAS_AVX2 && (defined(__AVXVNNI__) || INTAGLIO_HAS_AVX512_VNNI)
#define INTAGLIO_HAS_AVX2_VNNI 1
#else
#define INTAGLIO_HAS_AVX2_VNNI 0
#endif

// The best architecture of xsimd with vectors of 128 bits; another one is one more case.
#if defined(__AVX2__)
#define INTAGLIO_ARCHITECTURE avx2_without_fma
#define INTAGLIO_ARCHITECTURE_NAME "avx2"
#elif defined(__AVX__)
#define INTAGLIO_ARCHITECTURE avx
#define INTAGLIO_ARCHITECTURE_NAME "avx"
#elif defined(__SSE4_2__)
#define INTAGLIO_ARCHITECTURE sse4_2
#define INTAGLIO_ARCHITECTURE_NAME "sse4.2"
#elif defined(__SSE4_1__)
#define INTAGLIO_ARCHITECTURE sse4_1
#define INTAGLIO_ARCHITECTURE_NAME "sse4.1"
#elif defined(__SSSE3__)
#define INTAGLIO_ARCHITECTURE ssse3
#define INTAGLIO_ARCHITECTURE_NAME "ssse3"
#elif defined(__SSE3__)
#define INTAGLIO_ARCHITECTURE sse3
#define INTAGLIO_ARCHITECTURE_NAME "sse3"
#elif defined(__SSE2__)
#define INTAGLIO_ARCHITECTURE sse2
#define INTAGLIO_ARCHITECTURE_NAME "sse2"
#elif defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)
#define INTAGLIO_ARCHITECTURE neon64
#define INTAGLIO_ARCHITECTURE_NAME "neon64"
#else
#define INTAGLIO_ARCHITECTURE portable
#define INTAGLIO_ARCHITECTURE_NAME "none"
#define INTAGLIO_HAS_VECTORS 0
#endif
#ifndef INTAGLIO_HAS_VECTORS
#define INTAGLIO_HAS_VECTORS 1
#endif

#if defined(__SSE2__)
#define INTAGLIO_HAS_SSE2 1
#else
#define INTAGLIO_HAS_SSE2 0
#endif
#if defined(__SSSE3__)
#define INTAGLIO_HAS_SSSE3 1
#else
#define INTAGLIO_HAS_SSSE3 0
#endif
#if INTAGLIO_HAS_VECTORS && defined(__ARM_NEON)
#define INTAGLIO_HAS_NEON 1
#else
#define INTAGLIO_HAS_NEON 0
#endif
#if INTAGLIO_HAS_NEON && defined(__ARM_FEATURE_DOTPROD)
#define INTAGLIO_HAS_NEON_DOT 1
#else
#define INTAGLIO_HAS_NEON_DOT 0
#endif
// Products of unsigned and signed bytes come later than those of bytes of one kind.
#if INTAGLIO_HAS_NEON_DOT && defined(__ARM_FEATURE_MATMUL_INT8)
#define INTAGLIO_HAS_NEON_MIXED_DOT 1
#else
#define INTAGLIO_HAS_NEON_MIXED_DOT 0
#endif

#if INTAGLIO_HAS_AVX512_POPCOUNT
#define INTAGLIO_INSTRUCTION_SET for_avx512vnni_popcount
#elif INTAGLIO_HAS_AVX512_VNNI
#define INTAGLIO_INSTRUCTION_SET for_avx512vnni
#elif INTAGLIO_HAS_AVX512
#define INTAGLIO_INSTRUCTION_SET for_avx512
#elif INTAGLIO_HAS_AVX2_VNNI
#define INTAGLIO_INSTRUCTION_SET for_avx2vnni
#elif INTAGLIO_HAS_AVX2
#define INTAGLIO_INSTRUCTION_SET for_avx2
#else
// What may come with several of the architectures above, and changes code.
#if defined(__FMA__)
#define INTAGLIO_WITH_FMA _fma
#elif defined(__FMA4__)
#define INTAGLIO_WITH_FMA _fma4
#else
#define INTAGLIO_WITH_FMA
#endif
#if defined(__POPCNT__)
#define INTAGLIO_WITH_POPCOUNT _popcount
#else
#define INTAGLIO_WITH_POPCOUNT
#endif
#if INTAGLIO_HAS_NEON_MIXED_DOT
#define INTAGLIO_WITH_DOT _mixed_dot
#elif INTAGLIO_HAS_NEON_DOT
#define INTAGLIO_WITH_DOT _dot
#else
#define INTAGLIO_WITH_DOT
#endif
#define INTAGLIO_JOINED(set, fma, popcount, dot) for_##set##fma##popcount##dot
#define INTAGLIO_EXPANDED(set, fma, popcount, dot) INTAGLIO_JOINED(set, fma, popcount, dot)
#define INTAGLIO_INSTRUCTION_SET \
    INTAGLIO_EXPANDED(INTAGLIO_ARCHITECTURE, INTAGLIO_WITH_FMA, INTAGLIO_WITH_POPCOUNT, INTAGLIO_WITH_DOT)
#endif
