// Which instruction sets the running processor (and its operating system) supports.
#pragma once

#include "intaglio/simd/processor_features.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

/// True if code compiled for the set may run here.
[[nodiscard]] inline bool supported(Portable) {
    return true;
}

#if defined(__x86_64__) || defined(__i386__)

namespace detail {
[[nodiscard]] inline bool runs(ProcessorFeatures features) {
    return (running_features() & features) == features;
}
}  // namespace detail

/// The vectors of xsimd are those of the compiler's flags.
[[nodiscard]] inline bool supported(Generic) {
    return detail::runs(compiled_features());
}
[[nodiscard]] inline bool supported(Neon) {
    return false;
}
[[nodiscard]] inline bool supported(Avx2) {
    return detail::runs(features_named("avx2", "fma"));
}
[[nodiscard]] inline bool supported(Avx2Vnni) {
    return detail::runs(features_named("avx2", "fma", "avxvnni"));
}
[[nodiscard]] inline bool supported(Avx512) {
    return detail::runs(features_named("avx512f", "avx512bw", "avx512vl", "avx512dq"));
}
[[nodiscard]] inline bool supported(Avx512Vnni) {
#if INTAGLIO_HAS_AVX512_POPCOUNT
    if (!detail::runs(features_named("avx512vpopcntdq", "avx512bitalg"))) return false;
#endif
    return supported(Avx512{}) && detail::runs(features_named("avx512vnni"));
}

#else

/// Compiled code of the set is there only if the compiler's flags demand it.
[[nodiscard]] inline bool supported(Generic) {
    return INTAGLIO_HAS_VECTORS == 1;
}
[[nodiscard]] inline bool supported(NeonDot) {
    return INTAGLIO_HAS_NEON_DOT == 1 && (running_features() & compiled_features()) == compiled_features();
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
