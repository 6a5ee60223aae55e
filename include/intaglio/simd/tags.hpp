// Instruction sets as empty types.
#pragma once

#include "intaglio/core/instruction_set.hpp"

/// For the small functions of inner loops: a call there would cost more than the work.
#define INTAGLIO_INLINE inline __attribute__((always_inline))

/// Before the body of a loop over `count` registers: index = 0 ... count - 1, for a constant of at most 16.
/// Compilers keep arrays of vectors in registers if the loops over them are gone before they look for variables.
#if defined(__clang__)
#define INTAGLIO_UNROLLED(index, count) _Pragma("clang loop unroll(full)") for (int index = 0; index < (count); ++index)
#else
#define INTAGLIO_UNROLLED(index, count) _Pragma("GCC unroll 16") for (int index = 0; index < (count); ++index)
#endif

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

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

/// True if it multiplies signed by signed bytes as well.
template <class Set>
[[nodiscard]] constexpr bool has_signed_byte_dot_product(Set) {
    return false;
}
[[nodiscard]] constexpr bool has_signed_byte_dot_product(Portable) {
    return true;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
