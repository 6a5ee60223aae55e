// Which instruction sets the running processor (and its operating system) supports.
#pragma once

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

/// True if code compiled for the set may run here.
[[nodiscard]] inline bool supported(Portable) {
    return true;
}

#if defined(__x86_64__) || defined(__i386__)

[[nodiscard]] inline bool supported(Generic) {
    bool found = true;
#if defined(__SSE2__)
    found = found && __builtin_cpu_supports("sse2") != 0;
#endif
#if defined(__SSE3__)
    found = found && __builtin_cpu_supports("sse3") != 0;
#endif
#if defined(__SSSE3__)
    found = found && __builtin_cpu_supports("ssse3") != 0;
#endif
#if defined(__SSE4_1__)
    found = found && __builtin_cpu_supports("sse4.1") != 0;
#endif
#if defined(__SSE4_2__)
    found = found && __builtin_cpu_supports("sse4.2") != 0;
#endif
#if defined(__POPCNT__)
    found = found && __builtin_cpu_supports("popcnt") != 0;
#endif
#if defined(__AVX__)
    found = found && __builtin_cpu_supports("avx") != 0;
#endif
#if defined(__AVX2__)
    found = found && __builtin_cpu_supports("avx2") != 0;
#endif
#if defined(__FMA__)
    found = found && __builtin_cpu_supports("fma") != 0;
#endif
    return found;
}

[[nodiscard]] inline bool supported(Neon) {
    return false;
}
[[nodiscard]] inline bool supported(Avx2) {
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

[[nodiscard]] inline bool supported(Avx2Vnni) {
    // Not every compiler's __builtin_cpu_supports knows this name.
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    const bool known = __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0;
    return supported(Avx2{}) && known && (eax & (1U << 4)) != 0;
}

[[nodiscard]] inline bool supported(Avx512) {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
}

[[nodiscard]] inline bool supported(Avx512Vnni) {
#if INTAGLIO_HAS_AVX512_POPCOUNT
    if (__builtin_cpu_supports("avx512vpopcntdq") == 0) return false;
#endif
    return supported(Avx512{}) && __builtin_cpu_supports("avx512vnni") != 0;
}

#else

/// Compiled code of the set is there only if the compiler's flags demand it.
[[nodiscard]] inline bool supported(Generic) {
    return INTAGLIO_HAS_VECTORS == 1;
}
[[nodiscard]] inline bool supported(Sse2) {
    return false;
}
[[nodiscard]] inline bool supported(Avx2) {
    return false;
}
[[nodiscard]] inline bool supported(Avx512) {
    return false;
}

#endif

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
