// The widest vector of floats that the compile flags allow, with the functions of xsimd; one float where xsimd has
// none.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

#if INTAGLIO_HAS_XSIMD

#if INTAGLIO_HAS_AVX512
using Floats = Vector512<float>;
#elif INTAGLIO_HAS_AVX2
using Floats = Vector256<float>;
#else
using Floats = xsimd::batch<float>;
#endif

/// Number of floats of a vector.
inline constexpr auto float_lanes = static_cast<std::int64_t>(Floats::size);

/// `values` lie on a boundary of the vector's size.
[[nodiscard]] INTAGLIO_INLINE Floats load_aligned_floats(const float* values) {
    return Floats::load_aligned(values);
}
[[nodiscard]] INTAGLIO_INLINE Floats load_floats(const float* values) {
    return Floats::load_unaligned(values);
}
INTAGLIO_INLINE void store_floats(float* values, Floats vector) {
    vector.store_unaligned(values);
}

#else

using Floats = float;
inline constexpr std::int64_t float_lanes = 1;

[[nodiscard]] INTAGLIO_INLINE Floats load_aligned_floats(const float* values) {
    return *values;
}
[[nodiscard]] INTAGLIO_INLINE Floats load_floats(const float* values) {
    return *values;
}
INTAGLIO_INLINE void store_floats(float* values, Floats number) {
    *values = number;
}

#endif

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
