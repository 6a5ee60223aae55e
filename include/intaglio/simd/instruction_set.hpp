// What an instruction set is: the operations that a set must have. A device header.
//
// A set is an empty type, its operations are functions that take it first and are found by argument-dependent lookup. A
// set that derives from Portable or Generic has all of them and writes only what it does better. What an operation
// computes is said where Portable has it. `codes`, `weights`, `vector` and the like stand for whatever types the set's
// own loads give.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/simd/portable.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

// Facts, which are known where the set's instructions are not compiled: they decide packing and memory.
// -----------------

template <class Set>
concept HasName = requires(Set set, const char* text) {
    text = name(set);
};
template <class Set>
concept HasInt32Lanes = requires {
    std::integral_constant<int, int32_lanes(Set{})>{};
};
template <class Set>
concept HasByteDotProduct = requires {
    std::bool_constant<has_byte_dot_product(Set{})>{};
};
template <class Set>
concept HasWideProducts = requires {
    std::bool_constant<has_wide_products(Set{})>{};
};
template <class Set>
concept HasWidensBytes = requires {
    std::bool_constant<widens_bytes(Set{})>{};
};

// Operations. The operands that an operation takes are what others give.
// -----------------------------------------------

/// A vector of int32_lanes(set) lanes of 32 bits, and arithmetic modulo 2^32.
template <class Set>
concept HasZero = requires(Set set) {
    zero_int32(set);
};
template <class Set>
using Int32Vector = decltype(zero_int32(Set{}));
template <class Set>
concept HasAdd = requires(Set set, Int32Vector<Set> a) {
    a = add_int32(set, a, a);
};
template <class Set>
concept HasSubtract = requires(Set set, Int32Vector<Set> a) {
    a = subtract_int32(set, a, a);
};
template <class Set>
concept HasBroadcast = requires(Set set, Int32Vector<Set> a) {
    a = broadcast_int32(set, 1);
};
template <class Set>
concept HasShiftRight = requires(Set set, Int32Vector<Set> a) {
    a = shift_right_int32(set, a, 2);
};
template <class Set>
concept HasXor = requires(Set set, Int32Vector<Set> a) {
    a = bitwise_xor(set, a, a);
};

/// Register tiles of products, for one or two vectors of output channels.
template <class Set>
concept HasTileGroups = requires {
    std::integral_constant<int, tile_groups(Set{}, 1) + tile_groups(Set{}, 2)>{};
};
/// Operands of dot products: four bytes, two words or 32 bits per lane. Those with codes of each lane are for depthwise
/// convolutions.
template <class Set, class Code>
concept HasBroadcastCodes = requires(Set set, const Code* codes) {
    broadcast_codes(set, codes);
};
template <class Set, class Code>
concept HasLoadCodes = requires(Set set, const Code* codes) {
    load_codes(set, codes);
};
template <class Set, class Weight>
concept HasLoadWeights = requires(Set set, const Weight* weights) {
    load_weights(set, weights);
};
/// Dot products. Without the exact one of bytes, a set widens bytes.
template <class Set>
concept HasDotBytes = widens_bytes(Set{}) ||
    requires(Set set, Int32Vector<Set> sum, const std::uint8_t* a, const std::int8_t* w) {
    sum = dot_bytes(set, sum, broadcast_codes(set, a), load_weights(set, w));
    sum = dot_bytes(set, sum, load_codes(set, a), load_weights(set, w));
};
template <class Set>
concept HasDotSmallBytes = requires(Set set, Int32Vector<Set> sum, const std::uint8_t* a, const std::int8_t* w) {
    sum = dot_small_bytes(set, sum, broadcast_codes(set, a), load_weights(set, w));
    sum = dot_small_bytes(set, sum, load_codes(set, a), load_weights(set, w));
};
/// Products of bytes in sums of 16 bits.
template <class Set>
concept HasShortSums = requires(Set set, Int32Vector<Set> sum, const std::uint8_t* a, const std::int8_t* w) {
    sum = add_short_sums(set, sum, zero_short_sums(set));
    requires requires(decltype(zero_short_sums(set)) sums) {
        sums = add_short_products(set, sums, broadcast_codes(set, a), load_weights(set, w));
    };
};
/// Tables of 16 bytes that are looked up in every byte, and sums of bytes and words of what is found.
template <class Set>
concept HasTables = requires(Set set, const std::int8_t* bytes, const std::uint8_t* codes, std::uint8_t* numbers,
                             std::int32_t* values) {
    store_word_sums(set, values, add_word_sums(set, zero_word_sums(set), zero_word_sums(set)));
    join_pairs(set, codes, std::int64_t{1}, 2, 1, numbers);
    requires requires(decltype(zero_byte_sums(set)) sums, decltype(zero_word_sums(set)) totals) {
        sums = add_looked_up(set, sums, load_table(set, bytes), load_places(set, bytes));
        totals = add_byte_sums(set, totals, sums);
    };
};
template <class Set>
concept HasDotWords = requires(Set set, Int32Vector<Set> sum, const std::int16_t* a, const std::int16_t* w) {
    sum = dot_words(set, sum, broadcast_codes(set, a), load_weights(set, w));
    sum = dot_words(set, sum, load_codes(set, a), load_weights(set, w));
};
template <class Set>
concept HasDifferentBits = requires(Set set, const std::uint32_t* bits) {
    different_bits(set, broadcast_codes(set, bits), load_weights(set, bits));
    different_bits(set, broadcast_codes(set, bits), load_weights(set, bits), load_weights(set, bits));
};
template <class Set>
concept HasAddBitCounts = requires(Set set, Int32Vector<Set> sum, const std::uint32_t* bits) {
    sum = add_bit_counts(set, sum, different_bits(set, broadcast_codes(set, bits), load_weights(set, bits)), 0);
};
/// Products of weights of a few bits, several in a byte.
template <class Set, class Bits>
concept HasPackedProducts = requires(Set set, Bits bits, const std::uint8_t* weights, const std::int8_t* codes,
                                     Int32Vector<Set> sum) {
    requires requires(decltype(zero_packed(set, bits)) sums) {
        add_packed(set, bits, sums, weights, codes);
        fold_packed(set, bits, sums);
        sum = packed_sum(set, bits, sums);
    };
    std::integral_constant<std::int32_t, packed_chunks(Set{}, Bits{})>{};
};
/// Codes to bits.
template <class Set, class Code>
concept HasBitsOfCodes = requires(Set set, const Code* codes, std::uint32_t bits) {
    bits = bits_of_codes(set, codes, 32, std::int64_t{0}, 0, 0);
};

/// Loads and stores of one number per lane, whole vectors and their first lanes.
template <class Set, class In>
concept HasLoadInt32 = requires(Set set, const In* values, Int32Vector<Set> vector) {
    vector = load_int32(set, values);
    vector = load_first_int32(set, values, 1);
};
template <class Set, class Out>
concept HasStore = requires(Set set, Out* values, Int32Vector<Set> vector) {
    store(set, values, vector);
    store_first(set, values, vector, 1);
};

/// Steps by thresholds, and, where products are wide, by a multiplier.
template <class Set>
concept HasCountReached = requires(Set set, Int32Vector<Set> count) {
    count = count_reached(set, count, count, count);
};
template <class Set>
concept HasReachedBits = requires(Set set, Int32Vector<Set> value, std::uint32_t bits) {
    bits = reached_bits(set, value, value);
};
template <class Set>
concept HasBitsOfLanes = requires(Set set, Int32Vector<Set> vector, std::uint32_t bits) {
    bits = bits_of_lanes(set, vector, 0);
};
template <class Set>
concept HasDyadic =
    !has_wide_products(Set{}) || requires(Set set, Int32Vector<Set> value, const std::int32_t* multiplier,
                                          const std::int64_t* addend, const std::uint8_t* shift) {
    value = apply_dyadic(set, value, load_dyadic(set, multiplier, addend, shift), 0, 1);
};

/// Exact sums and sums of squares, for training, where products are wide.
template <class Set>
concept HasMoments =
    !has_wide_products(Set{}) || requires(Set set, Int32Vector<Set> values, std::int64_t* sum, std::uint64_t* total) {
    {zero_moments(set)};
    store_moments(set, zero_moments(set), sum, total, total);
    requires requires(decltype(zero_moments(set)) moments) {
        add_to_moments(set, moments, values);
    };
};

/// What memory and packing need of a set.
template <class Set>
concept InstructionSetFacts =
    HasName<Set> && HasInt32Lanes<Set> && HasByteDotProduct<Set> && HasWidensBytes<Set> && HasWideProducts<Set>;

/// An instruction set: what the kernels of integers need of it.
template <class Set>
concept InstructionSet =
    InstructionSetFacts<Set> && HasZero<Set> && HasAdd<Set> && HasSubtract<Set> && HasBroadcast<Set> &&
    HasShiftRight<Set> && HasXor<Set> && HasTileGroups<Set> && HasBroadcastCodes<Set, std::uint8_t> &&
    HasBroadcastCodes<Set, std::int16_t> && HasBroadcastCodes<Set, std::uint32_t> && HasLoadCodes<Set, std::uint8_t> &&
    HasLoadCodes<Set, std::int16_t> && HasLoadWeights<Set, std::int8_t> && HasLoadWeights<Set, std::int16_t> &&
    HasLoadWeights<Set, std::uint32_t> && HasDotBytes<Set> && HasDotSmallBytes<Set> && HasShortSums<Set> &&
    HasTables<Set> && HasDotWords<Set> && HasPackedProducts<Set, PackedBits<1>> &&
    HasPackedProducts<Set, PackedBits<2>> && HasPackedProducts<Set, PackedBits<4>> && HasDifferentBits<Set> &&
    HasAddBitCounts<Set> && HasBitsOfCodes<Set, std::uint8_t> && HasBitsOfCodes<Set, std::int8_t> &&
    HasLoadInt32<Set, std::int32_t> && HasLoadInt32<Set, std::int16_t> && HasLoadInt32<Set, std::uint8_t> &&
    HasLoadInt32<Set, std::int8_t> && HasStore<Set, std::int32_t> && HasStore<Set, std::int16_t> &&
    HasStore<Set, std::uint8_t> && HasStore<Set, std::int8_t> && HasCountReached<Set> && HasReachedBits<Set> &&
    HasBitsOfLanes<Set> && HasDyadic<Set> && HasMoments<Set>;

#define INTAGLIO_NEEDS(concept_of_operation, signature) \
    static_assert(concept_of_operation, "an instruction set needs " signature ": see simd/instruction_set.hpp")

/// Compiles if a set has the facts; otherwise the first error says which one it lacks.
template <class Set>
struct CheckedFacts {
    INTAGLIO_NEEDS(HasName<Set>, "name(set)");
    INTAGLIO_NEEDS(HasInt32Lanes<Set>, "int32_lanes(set)");
    INTAGLIO_NEEDS(HasByteDotProduct<Set>, "has_byte_dot_product(set)");
    INTAGLIO_NEEDS(HasWidensBytes<Set>, "widens_bytes(set)");
    INTAGLIO_NEEDS(HasWideProducts<Set>, "has_wide_products(set)");
    static constexpr bool passed = true;
};

/// Compiles if a type is an instruction set; otherwise the first error says what it lacks.
template <class Set>
struct CheckedInstructionSet : CheckedFacts<Set> {
    INTAGLIO_NEEDS(HasZero<Set>, "zero_int32(set)");
    INTAGLIO_NEEDS(HasAdd<Set>, "add_int32(set, a, b)");
    INTAGLIO_NEEDS(HasSubtract<Set>, "subtract_int32(set, a, b)");
    INTAGLIO_NEEDS(HasBroadcast<Set>, "broadcast_int32(set, value)");
    INTAGLIO_NEEDS(HasShiftRight<Set>, "shift_right_int32(set, a, bits)");
    INTAGLIO_NEEDS(HasXor<Set>, "bitwise_xor(set, a, b)");
    INTAGLIO_NEEDS(HasTileGroups<Set>, "tile_groups(set, columns)");
    INTAGLIO_NEEDS((HasBroadcastCodes<Set, std::uint8_t>), "broadcast_codes(set, const std::uint8_t*)");
    INTAGLIO_NEEDS((HasBroadcastCodes<Set, std::int16_t>), "broadcast_codes(set, const std::int16_t*)");
    INTAGLIO_NEEDS((HasBroadcastCodes<Set, std::uint32_t>), "broadcast_codes(set, const std::uint32_t*)");
    INTAGLIO_NEEDS((HasLoadCodes<Set, std::uint8_t>), "load_codes(set, const std::uint8_t*)");
    INTAGLIO_NEEDS((HasLoadCodes<Set, std::int16_t>), "load_codes(set, const std::int16_t*)");
    INTAGLIO_NEEDS((HasLoadWeights<Set, std::int8_t>), "load_weights(set, const std::int8_t*)");
    INTAGLIO_NEEDS((HasLoadWeights<Set, std::int16_t>), "load_weights(set, const std::int16_t*)");
    INTAGLIO_NEEDS((HasLoadWeights<Set, std::uint32_t>), "load_weights(set, const std::uint32_t*)");
    INTAGLIO_NEEDS(HasDotBytes<Set>, "dot_bytes(set, sum, codes, weights), or to widen bytes");
    INTAGLIO_NEEDS(HasDotSmallBytes<Set>, "dot_small_bytes(set, sum, codes, weights)");
    INTAGLIO_NEEDS(HasShortSums<Set>,
                   "zero_short_sums(set), add_short_products(set, sums, codes, weights) and "
                   "add_short_sums(set, sum, sums)");
    INTAGLIO_NEEDS(HasTables<Set>,
                   "load_table, load_places, zero_byte_sums, add_looked_up, zero_word_sums, "
                   "add_byte_sums, add_word_sums, store_word_sums and join_pairs(set, ...)");
    INTAGLIO_NEEDS(HasDotWords<Set>, "dot_words(set, sum, codes, weights)");
    INTAGLIO_NEEDS((HasPackedProducts<Set, PackedBits<1>> && HasPackedProducts<Set, PackedBits<2>> &&
                    HasPackedProducts<Set, PackedBits<4>>),
                   "zero_packed, add_packed, packed_chunks, fold_packed and packed_sum(set, PackedBits<...>, ...)");
    INTAGLIO_NEEDS(HasDifferentBits<Set>,
                   "different_bits(set, codes, weights) and different_bits(set, codes, weights, among)");
    INTAGLIO_NEEDS(HasAddBitCounts<Set>, "add_bit_counts(set, sum, bits, shift)");
    INTAGLIO_NEEDS((HasBitsOfCodes<Set, std::uint8_t>),
                   "bits_of_codes(set, const std::uint8_t*, count, before, more, bit)");
    INTAGLIO_NEEDS((HasBitsOfCodes<Set, std::int8_t>),
                   "bits_of_codes(set, const std::int8_t*, count, before, more, bit)");
    INTAGLIO_NEEDS((HasLoadInt32<Set, std::int32_t>), "load_int32 and load_first_int32(set, const std::int32_t*, ...)");
    INTAGLIO_NEEDS((HasLoadInt32<Set, std::int16_t>), "load_int32 and load_first_int32(set, const std::int16_t*, ...)");
    INTAGLIO_NEEDS((HasLoadInt32<Set, std::uint8_t>), "load_int32 and load_first_int32(set, const std::uint8_t*, ...)");
    INTAGLIO_NEEDS((HasLoadInt32<Set, std::int8_t>), "load_int32 and load_first_int32(set, const std::int8_t*, ...)");
    INTAGLIO_NEEDS((HasStore<Set, std::int32_t>), "store and store_first(set, std::int32_t*, vector, ...)");
    INTAGLIO_NEEDS((HasStore<Set, std::int16_t>), "store and store_first(set, std::int16_t*, vector, ...)");
    INTAGLIO_NEEDS((HasStore<Set, std::uint8_t>), "store and store_first(set, std::uint8_t*, vector, ...)");
    INTAGLIO_NEEDS((HasStore<Set, std::int8_t>), "store and store_first(set, std::int8_t*, vector, ...)");
    INTAGLIO_NEEDS(HasCountReached<Set>, "count_reached(set, count, value, threshold)");
    INTAGLIO_NEEDS(HasReachedBits<Set>, "reached_bits(set, value, threshold)");
    INTAGLIO_NEEDS(HasBitsOfLanes<Set>, "bits_of_lanes(set, vector, bit)");
    INTAGLIO_NEEDS(HasDyadic<Set>, "load_dyadic(set, multiplier, addend, shift) and apply_dyadic(set, value, ...)");
    INTAGLIO_NEEDS(HasMoments<Set>, "zero_moments, add_to_moments and store_moments(set, ...)");
};

#undef INTAGLIO_NEEDS

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd
