// Instruction sets as empty types, and the inline namespace that keeps code compiled for different sets apart.
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

/// For the small functions of inner loops: a call there would cost more than the work.
#define INTAGLIO_INLINE inline __attribute__((always_inline))

/// In front of the body of a loop over `count` registers: index = 0 ... count - 1, for a constant of at most 16.
/// Compilers keep arrays of vectors in registers if the loops over them are gone before they look for variables.
#if defined(__clang__)
#define INTAGLIO_UNROLLED(index, count) _Pragma("clang loop unroll(full)") for (int index = 0; index < (count); ++index)
#else
#define INTAGLIO_UNROLLED(index, count) _Pragma("GCC unroll 16") for (int index = 0; index < (count); ++index)
#endif

namespace intaglio::simd {
inline namespace INTAGLIO_INSTRUCTION_SET {

/// Plain integer code, for every machine.
struct Portable {};
/// x86 with AVX2 and FMA (x86-64-v3).
struct Avx2 {};
/// The same with the byte dot product of AVX-VNNI (or of AVX512-VNNI at 256 bits).
struct Avx2Vnni : Avx2 {};
/// x86 with AVX-512 F, BW, VL and DQ (x86-64-v4).
struct Avx512 {};
/// The same with AVX512-VNNI, and with AVX512-VPOPCNTDQ if the compiler's flags allow it.
struct Avx512Vnni : Avx512 {};

[[nodiscard]] constexpr const char* name(Portable) {
    return "portable";
}
[[nodiscard]] constexpr const char* name(Avx2) {
    return "avx2";
}
[[nodiscard]] constexpr const char* name(Avx2Vnni) {
    return "avx2vnni";
}
[[nodiscard]] constexpr const char* name(Avx512) {
    return "avx512";
}
[[nodiscard]] constexpr const char* name(Avx512Vnni) {
    return "avx512vnni";
}

// What decides about packing and memory is known for every set, also where its instructions are not compiled.

/// Number of 32-bit lanes of a vector.
[[nodiscard]] constexpr int int32_lanes(Portable) {
    return 1;
}
[[nodiscard]] constexpr int int32_lanes(Avx2) {
    return 8;
}
[[nodiscard]] constexpr int int32_lanes(Avx512) {
    return 16;
}

/// True if the set multiplies unsigned by signed bytes without any saturation.
[[nodiscard]] constexpr bool has_byte_dot_product(Portable) {
    return true;
}
[[nodiscard]] constexpr bool has_byte_dot_product(Avx2) {
    return false;
}
[[nodiscard]] constexpr bool has_byte_dot_product(Avx2Vnni) {
    return true;
}
[[nodiscard]] constexpr bool has_byte_dot_product(Avx512) {
    return false;
}
[[nodiscard]] constexpr bool has_byte_dot_product(Avx512Vnni) {
    return true;
}

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::simd
