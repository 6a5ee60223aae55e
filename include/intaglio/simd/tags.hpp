// Instruction sets as empty types.
#pragma once

#include <type_traits>

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

// A set is a set; instruction_set.hpp lists the operations that it must have, as functions whose first argument is the
// set. What a set lacks it has from the set that it derives from.

/// Plain integer code, for every machine.
struct Portable {};
/// Vectors of so many bytes in the words of xsimd alone.
template <int Bytes>
struct GenericVectors {};
/// The generic set: vectors of 128 bits, on every architecture for which xsimd has them.
using Generic = GenericVectors<16>;
/// x86 with SSE2, at 128 bits.
struct Sse2 : Generic {};
/// The same with SSSE3, which multiplies bytes and looks them up.
struct Ssse3 : Sse2 {};
/// 64-bit ARM with NEON.
struct Neon : Generic {};
/// The same with the dot products of bytes of ARMv8.2 (SDOT), and with those of unsigned and signed bytes (USDOT) if
/// the compiler's flags allow it.
struct NeonDot : Neon {};
/// x86 with AVX2 and FMA (x86-64-v3).
struct Avx2 : GenericVectors<32> {};
/// The same with the byte dot product of AVX-VNNI (or of AVX512-VNNI at 256 bits).
struct Avx2Vnni : Avx2 {};
/// x86 with AVX-512 F, BW, VL and DQ (x86-64-v4).
struct Avx512 : GenericVectors<64> {};
/// The same with AVX512-VNNI, and with AVX512-VPOPCNTDQ if the compiler's flags allow it.
struct Avx512Vnni : Avx512 {};

[[nodiscard]] constexpr const char* name(Portable) {
    return "portable";
}
[[nodiscard]] constexpr const char* name(Generic) {
    return "generic " INTAGLIO_ARCHITECTURE_NAME;
}
[[nodiscard]] constexpr const char* name(Sse2) {
    return INTAGLIO_HAS_SSE2 ? INTAGLIO_ARCHITECTURE_NAME : "sse2";
}
[[nodiscard]] constexpr const char* name(Ssse3) {
    return INTAGLIO_HAS_SSSE3 ? INTAGLIO_ARCHITECTURE_NAME : "ssse3";
}
[[nodiscard]] constexpr const char* name(Neon) {
    return "neon64";
}
[[nodiscard]] constexpr const char* name(NeonDot) {
    return "neon64dot";
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

/// Weights of `Bits` bits, 1, 2 or 4, several in a byte. A chunk of a vector is four bytes per lane: bits
/// Bits * f ... Bits * (f + 1) - 1 of byte b of a lane are the weight, not negative, of code 4 * f + b of the chunk.
template <int Bits>
struct PackedBits {
    static constexpr int bits = Bits;
    static constexpr int fields = 8 / Bits;  ///< of a byte
    static constexpr int codes_per_chunk = 4 * fields;
    static constexpr int mask = (1 << Bits) - 1;
};

// What decides about packing and memory is known for every set, also where its instructions are not compiled.

/// Number of 32-bit lanes of a vector.
[[nodiscard]] constexpr int int32_lanes(Portable) {
    return 1;
}
template <int Bytes>
[[nodiscard]] constexpr int int32_lanes(GenericVectors<Bytes>) {
    return Bytes / 4;
}

/// True if the set multiplies unsigned by signed bytes without any saturation, and no slower than small ones.
[[nodiscard]] constexpr bool has_byte_dot_product(Portable) {
    return true;
}
template <int Bytes>
[[nodiscard]] constexpr bool has_byte_dot_product(GenericVectors<Bytes>) {
    return false;
}
[[nodiscard]] constexpr bool has_byte_dot_product(Sse2) {
    return true;
}
[[nodiscard]] constexpr bool has_byte_dot_product(NeonDot) {
    return true;
}
[[nodiscard]] constexpr bool has_byte_dot_product(Avx2Vnni) {
    return true;
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
[[nodiscard]] constexpr bool has_signed_byte_dot_product(NeonDot) {
    return true;
}
/// True if bytes that need exact products are widened to words, when the image is copied and the weights are packed.
[[nodiscard]] constexpr bool widens_bytes(Portable) {
    return false;
}
template <int Bytes>
[[nodiscard]] constexpr bool widens_bytes(GenericVectors<Bytes>) {
    return false;
}
[[nodiscard]] constexpr bool widens_bytes(Avx2) {
    return true;
}
[[nodiscard]] constexpr bool widens_bytes(Avx2Vnni) {
    return false;
}
[[nodiscard]] constexpr bool widens_bytes(Avx512) {
    return true;
}
[[nodiscard]] constexpr bool widens_bytes(Avx512Vnni) {
    return false;
}

/// True if the set multiplies numbers of 32 bits to 64, for steps by a multiplier and for statistics; otherwise those
/// run in plain code.
[[nodiscard]] constexpr bool has_wide_products(Portable) {
    return true;
}
template <int Bytes>
[[nodiscard]] constexpr bool has_wide_products(GenericVectors<Bytes>) {
    return false;
}
[[nodiscard]] constexpr bool has_wide_products(Neon) {
    return true;
}
[[nodiscard]] constexpr bool has_wide_products(Avx2) {
    return true;
}
[[nodiscard]] constexpr bool has_wide_products(Avx512) {
    return true;
}

/// The set on which wide products run.
template <class Set>
using WideProductSet = std::conditional_t<has_wide_products(Set{}), Set, Portable>;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
