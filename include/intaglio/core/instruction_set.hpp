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
#if INTAGLIO_HAS_AVX512_VNNI && defined(__AVX512VPOPCNTDQ__)
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
#define INTAGLIO_INSTRUCTION_SET for_portable
#endif
