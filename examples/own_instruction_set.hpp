// An instruction set of one's own: a set that derives from a set, and what it does otherwise. This one counts the dot
// products of the generic set, in one file and without a change to the library. See docs/extending.md.
#pragma once

#include <cstdint>

#include "intaglio/simd/simd.hpp"

namespace app {

#if INTAGLIO_HAS_VECTORS
using Base = intaglio::simd::Generic;
#else
using Base = intaglio::simd::Portable;
#endif

/// The set: the nearest base has what it lacks.
struct Counting : Base {};

constexpr const char* name(Counting) {
    return "counting";
}

/// Dot products so far.
inline std::int64_t dot_products = 0;

template <class Vector, class Codes, class Weights>
Vector dot_bytes(Counting, Vector sum, Codes codes, Weights weights) {
    ++dot_products;
    return dot_bytes(Base{}, sum, codes, weights);
}
template <class Vector, class Codes, class Weights>
Vector dot_small_bytes(Counting, Vector sum, Codes codes, Weights weights) {
    ++dot_products;
    return dot_small_bytes(Base{}, sum, codes, weights);
}
template <class Vector, class Codes, class Weights>
Vector dot_words(Counting, Vector sum, Codes codes, Weights weights) {
    ++dot_products;
    return dot_words(Base{}, sum, codes, weights);
}

static_assert(intaglio::simd::InstructionSet<Counting>);

}  // namespace app
