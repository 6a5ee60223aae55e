// Vectors of float and double for the host kernels, as overloads on our architecture tags. Included by simd.hpp.
#pragma once

#include "intaglio/simd/simd.hpp"

namespace intaglio::simd {
inline namespace INTAGLIO_INSTRUCTION_SET {

/// One Real in plain code, so that every machine has the kernels.
template <class Real>
struct PortableReal {
    Real value;
};

/// Number of Real lanes of a vector.
template <class Real>
[[nodiscard]] constexpr int real_lanes(Portable, Real) {
    return 1;
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE PortableReal<Real> zero_real(Portable, Real) {
    return {Real{0}};
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE PortableReal<Real> broadcast_real(Portable, const Real* value) {
    return {*value};
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE PortableReal<Real> load_real(Portable, const Real* values) {
    return {*values};
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE PortableReal<Real> load_first_real(Portable, const Real* values, int count) {
    return {count > 0 ? *values : Real{0}};
}
/// sum + a * b, fused where the set has it.
template <class Real>
[[nodiscard]] INTAGLIO_INLINE PortableReal<Real> multiply_add(Portable, PortableReal<Real> sum, PortableReal<Real> a,
                                                              PortableReal<Real> b) {
    return {sum.value + a.value * b.value};
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE PortableReal<Real> add_real(Portable, PortableReal<Real> a, PortableReal<Real> b) {
    return {a.value + b.value};
}
template <class Real>
INTAGLIO_INLINE void store_real(Portable, Real* values, PortableReal<Real> vector) {
    *values = vector.value;
}
template <class Real>
INTAGLIO_INLINE void store_first_real(Portable, Real* values, PortableReal<Real> vector, int count) {
    if (count > 0) *values = vector.value;
}

#if INTAGLIO_HAS_AVX2

template <class Real>
[[nodiscard]] constexpr int real_lanes(Avx2, Real) {
    return static_cast<int>(32 / sizeof(Real));
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE Vector256<Real> zero_real(Avx2, Real) {
    return Vector256<Real>(Real{0});
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE Vector256<Real> broadcast_real(Avx2, const Real* value) {
    return Vector256<Real>(*value);
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE Vector256<Real> load_real(Avx2, const Real* values) {
    return Vector256<Real>::load_unaligned(values);
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE Vector256<Real> add_real(Avx2, Vector256<Real> a, Vector256<Real> b) {
    return a + b;
}
template <class Real>
INTAGLIO_INLINE void store_real(Avx2, Real* values, Vector256<Real> vector) {
    vector.store_unaligned(values);
}

[[nodiscard]] INTAGLIO_INLINE __m256i first_wide_lanes_mask(Avx2, int count) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
}

[[nodiscard]] INTAGLIO_INLINE Vector256<float> load_first_real(Avx2 tag, const float* values, int count) {
    return Vector256<float>(_mm256_maskload_ps(values, first_lanes_mask(tag, count)));
}
[[nodiscard]] INTAGLIO_INLINE Vector256<double> load_first_real(Avx2 tag, const double* values, int count) {
    return Vector256<double>(_mm256_maskload_pd(values, first_wide_lanes_mask(tag, count)));
}
INTAGLIO_INLINE void store_first_real(Avx2 tag, float* values, Vector256<float> vector, int count) {
    _mm256_maskstore_ps(values, first_lanes_mask(tag, count), vector);
}
INTAGLIO_INLINE void store_first_real(Avx2 tag, double* values, Vector256<double> vector, int count) {
    _mm256_maskstore_pd(values, first_wide_lanes_mask(tag, count), vector);
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

template <class Real>
[[nodiscard]] constexpr int real_lanes(Avx512, Real) {
    return static_cast<int>(64 / sizeof(Real));
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE Vector512<Real> zero_real(Avx512, Real) {
    return Vector512<Real>(Real{0});
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE Vector512<Real> broadcast_real(Avx512, const Real* value) {
    return Vector512<Real>(*value);
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE Vector512<Real> load_real(Avx512, const Real* values) {
    return Vector512<Real>::load_unaligned(values);
}
template <class Real>
[[nodiscard]] INTAGLIO_INLINE Vector512<Real> add_real(Avx512, Vector512<Real> a, Vector512<Real> b) {
    return a + b;
}
template <class Real>
INTAGLIO_INLINE void store_real(Avx512, Real* values, Vector512<Real> vector) {
    vector.store_unaligned(values);
}

[[nodiscard]] INTAGLIO_INLINE Vector512<float> load_first_real(Avx512 tag, const float* values, int count) {
    return Vector512<float>(_mm512_maskz_loadu_ps(first_lanes_mask(tag, count), values));
}
[[nodiscard]] INTAGLIO_INLINE Vector512<double> load_first_real(Avx512 tag, const double* values, int count) {
    return Vector512<double>(
        _mm512_maskz_loadu_pd(static_cast<__mmask8>(first_lanes_mask(tag, count > 8 ? 8 : count)), values));
}
INTAGLIO_INLINE void store_first_real(Avx512 tag, float* values, Vector512<float> vector, int count) {
    _mm512_mask_storeu_ps(values, first_lanes_mask(tag, count), vector);
}
INTAGLIO_INLINE void store_first_real(Avx512 tag, double* values, Vector512<double> vector, int count) {
    _mm512_mask_storeu_pd(values, static_cast<__mmask8>(first_lanes_mask(tag, count > 8 ? 8 : count)), vector);
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

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::simd
