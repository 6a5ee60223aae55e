// Tables of 16 bytes that are looked up in every byte of a vector, and the sums of what is found, in plain code: for
// all sets that do no better. A device header.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

/// Four bytes to each lane of 32 bits.
template <int Bytes>
struct PlainBytes {
    std::int8_t byte[Bytes];
};
template <int Bytes>
struct PlainWordSums {
    std::int16_t sum[Bytes];
};
struct PlainTable {
    const std::int8_t* entries;
};

/// Any set: overloads for sets come first.
struct AnySet {
    template <class Set>
    INTAGLIO_INLINE constexpr AnySet(Set) {}  // NOLINT(google-explicit-constructor): stands for a set
};

/// The table for all lanes.
[[nodiscard]] INTAGLIO_INLINE PlainTable load_table(AnySet, const std::int8_t* entries) {
    return {entries};
}
/// The places to look at, 0 ... 15, one to each byte.
[[nodiscard]] INTAGLIO_INLINE PlainBytes<4> load_places(Portable, const std::int8_t* places) {
    return {{places[0], places[1], places[2], places[3]}};
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE PlainBytes<Bytes> load_places(GenericVectors<Bytes>, const std::int8_t* places) {
    PlainBytes<Bytes> found;
    for (int i = 0; i < Bytes; ++i) found.byte[i] = places[i];
    return found;
}
[[nodiscard]] INTAGLIO_INLINE PlainBytes<4> zero_byte_sums(Portable) {
    return {};
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE PlainBytes<Bytes> zero_byte_sums(GenericVectors<Bytes>) {
    return {};
}
/// sums + what lies at each place; the caller has proven that sums fit 8 bits.
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE PlainBytes<Bytes> add_looked_up(AnySet, PlainBytes<Bytes> sums, PlainTable table,
                                                              PlainBytes<Bytes> places) {
    for (int i = 0; i < Bytes; ++i) {
        sums.byte[i] = static_cast<std::int8_t>(sums.byte[i] + table.entries[places.byte[i]]);
    }
    return sums;
}
/// The same sums in 16 bits.
[[nodiscard]] INTAGLIO_INLINE PlainWordSums<4> zero_word_sums(Portable) {
    return {};
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE PlainWordSums<Bytes> zero_word_sums(GenericVectors<Bytes>) {
    return {};
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE PlainWordSums<Bytes> add_byte_sums(AnySet, PlainWordSums<Bytes> sums,
                                                                 PlainBytes<Bytes> bytes) {
    for (int i = 0; i < Bytes; ++i) sums.sum[i] = static_cast<std::int16_t>(sums.sum[i] + bytes.byte[i]);
    return sums;
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE PlainWordSums<Bytes> add_word_sums(AnySet, PlainWordSums<Bytes> a,
                                                                 PlainWordSums<Bytes> b) {
    for (int i = 0; i < Bytes; ++i) a.sum[i] = static_cast<std::int16_t>(a.sum[i] + b.sum[i]);
    return a;
}
/// The sums in the order of the bytes.
template <int Bytes>
INTAGLIO_INLINE void store_word_sums(AnySet, std::int32_t* values, PlainWordSums<Bytes> sums) {
    for (int i = 0; i < Bytes; ++i) values[i] = sums.sum[i];
}

/// numbers[i] = codes[2 * i] * first + codes[2 * i + 1] * second for `count` numbers of 0 ... 127;
/// the factors are 0 ... 127.
INTAGLIO_INLINE void join_pairs(const std::uint8_t* codes, std::int64_t count, std::int32_t first, std::int32_t second,
                                std::uint8_t* numbers) {
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int32_t number = codes[2 * i] * first + codes[2 * i + 1] * second;
        numbers[i] = static_cast<std::uint8_t>(number);
    }
}
INTAGLIO_INLINE void join_pairs(AnySet, const std::uint8_t* codes, std::int64_t count, std::int32_t first,
                                std::int32_t second, std::uint8_t* numbers) {
    join_pairs(codes, count, first, second, numbers);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
