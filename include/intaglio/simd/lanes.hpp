// Vectors of codes of any type in the compilers' own words: moves, additions, comparisons, which every instruction set
// has. A device header.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

template <class Code, int Count>
struct LanesOf {
    using type [[gnu::vector_size(Count * sizeof(Code))]] = Code;
};
template <class Code>
struct LanesOf<Code, 1> {
    using type = Code;
};
/// `Count` codes side by side, a power of two of them; one is a plain number.
template <class Code, int Count>
using Lanes = typename LanesOf<Code, Count>::type;

/// Codes of a type in a vector of the set Set; 1 where vectors have one lane, and where the first code of a lane of two
/// is not its lower half.
template <class Set, class Code>
inline constexpr int code_lanes = int32_lanes(Set{}) == 1 || std::endian::native != std::endian::little
                                      ? 1
                                      : int32_lanes(Set{}) * 4 / static_cast<int>(sizeof(Code));

/// The lanes of the next smaller vector: half of them, or one if that were less than 8 bytes.
template <class Code, int Count>
inline constexpr int fewer_lanes = Count* static_cast<int>(sizeof(Code)) > 8 ? Count / 2 : 1;

template <int Count, class Code>
[[nodiscard]] INTAGLIO_INLINE Lanes<Code, Count> load_lanes(const Code* codes) {
    Lanes<Code, Count> lanes;
    __builtin_memcpy(&lanes, codes, sizeof lanes);
    return lanes;
}
template <class Code, class Vector>
INTAGLIO_INLINE void store_lanes(Code* codes, const Vector& lanes) {
    __builtin_memcpy(codes, &lanes, sizeof lanes);
}

/// A number known to the compiler; unlike std::integral_constant it stays within our inline namespace.
template <int Value>
struct Number {
    static constexpr int value = Value;
    INTAGLIO_INLINE constexpr operator int() const { return Value; }
};

/// Covers 0 ... size - 1 by vectors: calls visit(lanes, first) for `lanes` elements of the type Code from `first` on,
/// `lanes` a Number of at most Count. The last vector is moved back to fit: some elements are visited twice.
template <class Code, int Count, class Visit>
INTAGLIO_INLINE void cover_twice(std::int32_t size, const Visit& visit) {
    if constexpr (Count > 1) {
        if (size < Count) return cover_twice<Code, fewer_lanes<Code, Count>>(size, visit);
        const std::int32_t last = size - Count;
        for (std::int32_t next = 0; next < size; next += Count) visit(Number<Count>{}, next < last ? next : last);
    } else {
        for (std::int32_t i = 0; i < size; ++i) visit(Number<1>{}, i);
    }
}

/// The same from `first` on, visiting each element once.
template <class Code, int Count, class Visit>
INTAGLIO_INLINE void cover_once(std::int64_t size, const Visit& visit, std::int64_t first = 0) {
    for (; first + Count <= size; first += Count) visit(Number<Count>{}, first);
    if constexpr (Count > 1) cover_once<Code, fewer_lanes<Code, Count>>(size, visit, first);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
