// Vectors of float and double for the host kernels, as overloads on our architecture tags. Included by simd.hpp.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

/// One Float in plain code, so that every machine has the kernels.
template <class Float>
struct PortableFloat {
    Float value;
};

/// Number of Float lanes of a vector.
template <class Float>
[[nodiscard]] constexpr int vector_lanes(Portable, Float) {
    return 1;
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE PortableFloat<Float> zero_float(Portable, Float) {
    return {Float{0}};
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE PortableFloat<Float> broadcast_float(Portable, const Float* value) {
    return {*value};
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE PortableFloat<Float> load_float(Portable, const Float* values) {
    return {*values};
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE PortableFloat<Float> load_first_float(Portable, const Float* values, int count) {
    return {count > 0 ? *values : Float{0}};
}
/// sum + a * b, fused where the set has it.
template <class Float>
[[nodiscard]] INTAGLIO_INLINE PortableFloat<Float> multiply_add(Portable, PortableFloat<Float> sum,
                                                                PortableFloat<Float> a, PortableFloat<Float> b) {
    return {sum.value + a.value * b.value};
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE PortableFloat<Float> add_float(Portable, PortableFloat<Float> a, PortableFloat<Float> b) {
    return {a.value + b.value};
}
template <class Float>
INTAGLIO_INLINE void store_float(Portable, Float* values, PortableFloat<Float> vector) {
    *values = vector.value;
}
template <class Float>
INTAGLIO_INLINE void store_first_float(Portable, Float* values, PortableFloat<Float> vector, int count) {
    if (count > 0) *values = vector.value;
}

#if INTAGLIO_HAS_AVX2

template <class Float>
[[nodiscard]] constexpr int vector_lanes(Avx2, Float) {
    return static_cast<int>(32 / sizeof(Float));
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Vector256<Float> zero_float(Avx2, Float) {
    return Vector256<Float>(Float{0});
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Vector256<Float> broadcast_float(Avx2, const Float* value) {
    return Vector256<Float>(*value);
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Vector256<Float> load_float(Avx2, const Float* values) {
    return Vector256<Float>::load_unaligned(values);
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Vector256<Float> add_float(Avx2, Vector256<Float> a, Vector256<Float> b) {
    return a + b;
}
template <class Float>
INTAGLIO_INLINE void store_float(Avx2, Float* values, Vector256<Float> vector) {
    vector.store_unaligned(values);
}

[[nodiscard]] INTAGLIO_INLINE __m256i first_wide_lanes_mask(Avx2, int count) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
}

[[nodiscard]] INTAGLIO_INLINE Vector256<float> load_first_float(Avx2 set, const float* values, int count) {
    return Vector256<float>(_mm256_maskload_ps(values, first_lanes_mask(set, count)));
}
[[nodiscard]] INTAGLIO_INLINE Vector256<double> load_first_float(Avx2 set, const double* values, int count) {
    return Vector256<double>(_mm256_maskload_pd(values, first_wide_lanes_mask(set, count)));
}
INTAGLIO_INLINE void store_first_float(Avx2 set, float* values, Vector256<float> vector, int count) {
    _mm256_maskstore_ps(values, first_lanes_mask(set, count), vector);
}
INTAGLIO_INLINE void store_first_float(Avx2 set, double* values, Vector256<double> vector, int count) {
    _mm256_maskstore_pd(values, first_wide_lanes_mask(set, count), vector);
}

[[nodiscard]] INTAGLIO_INLINE Vector256<float> multiply_add(Avx2, Vector256<float> sum, Vector256<float> a,
                                                            Vector256<float> b) {
    return Vector256<float>(_mm256_fmadd_ps(a, b, sum));
}
[[nodiscard]] INTAGLIO_INLINE Vector256<double> multiply_add(Avx2, Vector256<double> sum, Vector256<double> a,
                                                             Vector256<double> b) {
    return Vector256<double>(_mm256_fmadd_pd(a, b, sum));
}

#endif

#if INTAGLIO_HAS_AVX512

template <class Float>
[[nodiscard]] constexpr int vector_lanes(Avx512, Float) {
    return static_cast<int>(64 / sizeof(Float));
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Vector512<Float> zero_float(Avx512, Float) {
    return Vector512<Float>(Float{0});
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Vector512<Float> broadcast_float(Avx512, const Float* value) {
    return Vector512<Float>(*value);
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Vector512<Float> load_float(Avx512, const Float* values) {
    return Vector512<Float>::load_unaligned(values);
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Vector512<Float> add_float(Avx512, Vector512<Float> a, Vector512<Float> b) {
    return a + b;
}
template <class Float>
INTAGLIO_INLINE void store_float(Avx512, Float* values, Vector512<Float> vector) {
    vector.store_unaligned(values);
}

[[nodiscard]] INTAGLIO_INLINE Vector512<float> load_first_float(Avx512 set, const float* values, int count) {
    return Vector512<float>(_mm512_maskz_loadu_ps(first_lanes_mask(set, count), values));
}
[[nodiscard]] INTAGLIO_INLINE Vector512<double> load_first_float(Avx512 set, const double* values, int count) {
    return Vector512<double>(
        _mm512_maskz_loadu_pd(static_cast<__mmask8>(first_lanes_mask(set, count > 8 ? 8 : count)), values));
}
INTAGLIO_INLINE void store_first_float(Avx512 set, float* values, Vector512<float> vector, int count) {
    _mm512_mask_storeu_ps(values, first_lanes_mask(set, count), vector);
}
INTAGLIO_INLINE void store_first_float(Avx512 set, double* values, Vector512<double> vector, int count) {
    _mm512_mask_storeu_pd(values, static_cast<__mmask8>(first_lanes_mask(set, count > 8 ? 8 : count)), vector);
}

[[nodiscard]] INTAGLIO_INLINE Vector512<float> multiply_add(Avx512, Vector512<float> sum, Vector512<float> a,
                                                            Vector512<float> b) {
    return Vector512<float>(_mm512_fmadd_ps(a, b, sum));
}
[[nodiscard]] INTAGLIO_INLINE Vector512<double> multiply_add(Avx512, Vector512<double> sum, Vector512<double> a,
                                                             Vector512<double> b) {
    return Vector512<double>(_mm512_fmadd_pd(a, b, sum));
}

#endif

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
