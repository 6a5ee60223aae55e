// Vectors of float and double, for the kernels that compute with them and for functions of one's own: a vector has the
// operators of a number and, by argument-dependent lookup, the functions of xsimd. In plain code it is the number
// itself. Host only.
#pragma once

#include <type_traits>

#include "intaglio/simd/generic.hpp"
#include "intaglio/simd/portable.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

// Float is float or double throughout; the *_first forms touch only the first `count` elements.

/// Number of Float lanes of a vector.
template <class Float>
[[nodiscard]] constexpr int vector_lanes(Portable, Float) {
    return 1;
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Float zero_float(Portable, Float) {
    return Float{0};
}
/// One number, for every lane.
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Float broadcast_float(Portable, const Float* value) {
    return *value;
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Float load_float(Portable, const Float* values) {
    return *values;
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Float load_first_float(Portable, const Float* values, int count) {
    return count > 0 ? *values : Float{0};
}
template <class Float>
INTAGLIO_INLINE void store_float(Portable, Float* values, Float vector) {
    *values = vector;
}
template <class Float>
INTAGLIO_INLINE void store_first_float(Portable, Float* values, Float vector, int count) {
    if (count > 0) *values = vector;
}
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Float add_float(Portable, Float a, Float b) {
    return a + b;
}
/// sum + a * b, fused where the set has it.
template <class Float>
[[nodiscard]] INTAGLIO_INLINE Float multiply_add_real(Portable, Float sum, Float a, Float b) {
    return sum + a * b;
}

#if INTAGLIO_HAS_VECTORS

template <int Bytes, class Float>
[[nodiscard]] constexpr int vector_lanes(GenericVectors<Bytes>, Float) {
    return Bytes / static_cast<int>(sizeof(Float));
}
template <int Bytes, class Float>
[[nodiscard]] INTAGLIO_INLINE Vector<Float, Bytes> zero_float(GenericVectors<Bytes>, Float) {
    return Vector<Float, Bytes>(Float{0});
}
template <int Bytes, class Float>
[[nodiscard]] INTAGLIO_INLINE Vector<Float, Bytes> broadcast_float(GenericVectors<Bytes>, const Float* value) {
    return Vector<Float, Bytes>(*value);
}
template <int Bytes, class Float>
[[nodiscard]] INTAGLIO_INLINE Vector<Float, Bytes> load_float(GenericVectors<Bytes>, const Float* values) {
    return Vector<Float, Bytes>::load_unaligned(values);
}
template <int Bytes, class Float>
[[nodiscard]] INTAGLIO_INLINE Vector<Float, Bytes> load_first_float(GenericVectors<Bytes> set, const Float* values,
                                                                    int count) {
    constexpr int lanes = vector_lanes(GenericVectors<Bytes>{}, Float{});
    Float copy[lanes] = {};
    for (int i = 0; i < count && i < lanes; ++i) copy[i] = values[i];
    return load_float(set, copy);
}
template <int Bytes, class Float>
INTAGLIO_INLINE void store_float(GenericVectors<Bytes>, Float* values, Vector<Float, Bytes> vector) {
    vector.store_unaligned(values);
}
template <int Bytes, class Float>
INTAGLIO_INLINE void store_first_float(GenericVectors<Bytes>, Float* values, Vector<Float, Bytes> vector, int count) {
    constexpr int lanes = vector_lanes(GenericVectors<Bytes>{}, Float{});
    Float copy[lanes];
    vector.store_unaligned(copy);
    for (int i = 0; i < count && i < lanes; ++i) values[i] = copy[i];
}
template <int Bytes, class Float, class Architecture>
[[nodiscard]] INTAGLIO_INLINE xsimd::batch<Float, Architecture> add_float(GenericVectors<Bytes>,
                                                                          xsimd::batch<Float, Architecture> a,
                                                                          xsimd::batch<Float, Architecture> b) {
    return a + b;
}
template <int Bytes, class Float, class Architecture>
[[nodiscard]] INTAGLIO_INLINE xsimd::batch<Float, Architecture> multiply_add_real(GenericVectors<Bytes>,
                                                                                  xsimd::batch<Float, Architecture> sum,
                                                                                  xsimd::batch<Float, Architecture> a,
                                                                                  xsimd::batch<Float, Architecture> b) {
    return xsimd::fma(a, b, sum);
}

#endif

/// What the kernels of floats need of an instruction set, beside InstructionSet.
template <class Set, class Float>
concept FloatInstructionSet = requires(Set set, Float* values, const Float* from,
                                       decltype(load_float(set, from)) vector) {
    std::integral_constant<int, vector_lanes(Set{}, Float{})>{};
    vector = zero_float(set, Float{});
    vector = broadcast_float(set, from);
    vector = load_float(set, from);
    vector = load_first_float(set, from, 1);
    store_float(set, values, vector);
    store_first_float(set, values, vector, 1);
    vector = add_float(set, vector, vector);
    vector = multiply_add_real(set, vector, vector, vector);
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
