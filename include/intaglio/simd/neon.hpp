// What 64-bit ARM with NEON does better than the generic set: sums of neighbours, counted bits, narrowing, 64-bit
// intermediates.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/generic.hpp"

#if INTAGLIO_HAS_NEON

#include <arm_neon.h>

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

using Int128 = Int32s<16>;

/// The end of a multiply-add. GCC would bring the codes of all pixels forward, and has no registers for them.
[[nodiscard]] INTAGLIO_INLINE Int128 in_order(int32x4_t sum) {
    __asm__ volatile("" : "+w"(sum));
    return Int128(sum);
}

// Dot products and bits ----------------------------------------------------------------------------------------------

[[nodiscard]] INTAGLIO_INLINE Int128 dot_bytes(Neon, Int128 sum, WideCodes<16> a, WideWeights<16> w) {
    return in_order(vpadalq_s16(vpadalq_s16(sum, vmulq_s16(a.even, w.even)), vmulq_s16(a.odd, w.odd)));
}
[[nodiscard]] INTAGLIO_INLINE Int128 dot_small_bytes(Neon, Int128 sum, WideCodes<16> a, WideWeights<16> w) {
    return in_order(vpadalq_s16(sum, vmlaq_s16(vmulq_s16(a.pair, w.even), a.odd, w.odd_beside_pair)));
}

[[nodiscard]] INTAGLIO_INLINE Int128 dot_words(Neon, Int128 sum, WideWords<16> a, WideWords<16> w) {
    return in_order(vmlaq_s32(vmlaq_s32(sum, a.even, w.even), a.odd, w.odd));
}

[[nodiscard]] INTAGLIO_INLINE Int128 add_bit_counts(Neon, Int128 sum, Vector<std::uint32_t, 16> bits, int shift) {
    const uint8x16_t counts =
        vshlq_u8(vcntq_u8(vreinterpretq_u8_u32(bits)), vdupq_n_s8(static_cast<std::int8_t>(shift)));
    return Int128(vreinterpretq_s32_u32(vpadalq_u16(vreinterpretq_u32_s32(sum), vpaddlq_u8(counts))));
}

#if INTAGLIO_HAS_NEON_DOT

/// Four signed bytes in each lane.
struct NeonBytes {
    int8x16_t bytes;
};
/// Four weights in each lane, and 128 times their sum.
struct NeonWeights {
    int8x16_t bytes;
    int32x4_t offset;
};
/// Four unsigned bytes in each lane, as they are or, without products of unsigned and signed bytes, less 128.
struct NeonUnsignedBytes {
    uint8x16_t bytes;

    explicit NeonUnsignedBytes(uint8x16_t codes)
        : bytes(INTAGLIO_HAS_NEON_MIXED_DOT ? codes : veorq_u8(codes, vdupq_n_u8(128))) {}
};

[[nodiscard]] INTAGLIO_INLINE NeonUnsignedBytes broadcast_codes(NeonDot, const std::uint8_t* codes) {
    std::uint32_t lane;
    __builtin_memcpy(&lane, codes, sizeof lane);
    return NeonUnsignedBytes(vreinterpretq_u8_u32(vdupq_n_u32(lane)));
}
[[nodiscard]] INTAGLIO_INLINE NeonBytes broadcast_codes(NeonDot, const std::int8_t* codes) {
    std::int32_t lane;
    __builtin_memcpy(&lane, codes, sizeof lane);
    return {vreinterpretq_s8_s32(vdupq_n_s32(lane))};
}
[[nodiscard]] INTAGLIO_INLINE NeonUnsignedBytes load_codes(NeonDot, const std::uint8_t* codes) {
    return NeonUnsignedBytes(vld1q_u8(codes));
}
[[nodiscard]] INTAGLIO_INLINE NeonBytes load_codes(NeonDot, const std::int8_t* codes) {
    return {vld1q_s8(codes)};
}
[[nodiscard]] INTAGLIO_INLINE NeonWeights load_weights(NeonDot, const std::int8_t* weights) {
    const int8x16_t bytes = vld1q_s8(weights);
    return {bytes, vshlq_n_s32(vdotq_s32(vdupq_n_s32(0), bytes, vdupq_n_s8(1)), 7)};
}

[[nodiscard]] INTAGLIO_INLINE Int128 dot_bytes(NeonDot, Int128 sum, NeonBytes a, NeonWeights w) {
    return Int128(vdotq_s32(sum, a.bytes, w.bytes));
}
/// Of unsigned bytes: (a - 128) * w + 128 * w.
[[nodiscard]] INTAGLIO_INLINE Int128 dot_bytes(NeonDot, Int128 sum, NeonUnsignedBytes a, NeonWeights w) {
#if INTAGLIO_HAS_NEON_MIXED_DOT
    return Int128(vusdotq_s32(sum, a.bytes, w.bytes));
#else
    return Int128(vdotq_s32(vaddq_s32(sum, w.offset), vreinterpretq_s8_u8(a.bytes), w.bytes));
#endif
}
template <class Bytes>
[[nodiscard]] INTAGLIO_INLINE Int128 dot_small_bytes(NeonDot set, Int128 sum, Bytes a, NeonWeights w) {
    return dot_bytes(set, sum, a, w);
}

/// What short sums would save, the dot product saves already: theirs are as long as others.
[[nodiscard]] INTAGLIO_INLINE Int128 zero_short_sums(NeonDot) {
    return Int128(0);
}
[[nodiscard]] INTAGLIO_INLINE Int128 add_short_products(NeonDot set, Int128 sums, NeonUnsignedBytes a, NeonWeights w) {
    return dot_bytes(set, sums, a, w);
}
[[nodiscard]] INTAGLIO_INLINE Int128 add_short_sums(NeonDot, Int128 sum, Int128 sums) {
    return sum + sums;
}

#endif

// Tables: 16 bytes to a vector ---------------------------------------------------------------------------------------

/// Sums of bytes in 16 bits: those of the first eight, and of the others.
struct NeonWordSums {
    int16x8_t low, high;
};

[[nodiscard]] INTAGLIO_INLINE int8x16_t load_table(Neon, const std::int8_t* entries) {
    return vld1q_s8(entries);
}
[[nodiscard]] INTAGLIO_INLINE int8x16_t load_places(Neon, const std::int8_t* places) {
    return vld1q_s8(places);
}
[[nodiscard]] INTAGLIO_INLINE int8x16_t zero_byte_sums(Neon) {
    return vdupq_n_s8(0);
}
[[nodiscard]] INTAGLIO_INLINE int8x16_t add_looked_up(Neon, int8x16_t sums, int8x16_t table, int8x16_t places) {
    return vaddq_s8(sums, vqtbl1q_s8(table, vreinterpretq_u8_s8(places)));
}
[[nodiscard]] INTAGLIO_INLINE NeonWordSums zero_word_sums(Neon) {
    return {vdupq_n_s16(0), vdupq_n_s16(0)};
}
[[nodiscard]] INTAGLIO_INLINE NeonWordSums add_byte_sums(Neon, NeonWordSums sums, int8x16_t bytes) {
    return {vaddw_s8(sums.low, vget_low_s8(bytes)), vaddw_high_s8(sums.high, bytes)};
}
[[nodiscard]] INTAGLIO_INLINE NeonWordSums add_word_sums(Neon, NeonWordSums a, NeonWordSums b) {
    return {vaddq_s16(a.low, b.low), vaddq_s16(a.high, b.high)};
}
INTAGLIO_INLINE void store_word_sums(Neon, std::int32_t* values, NeonWordSums sums) {
    vst1q_s32(values, vmovl_s16(vget_low_s16(sums.low)));
    vst1q_s32(values + 4, vmovl_high_s16(sums.low));
    vst1q_s32(values + 8, vmovl_s16(vget_low_s16(sums.high)));
    vst1q_s32(values + 12, vmovl_high_s16(sums.high));
}
/// 16 numbers at a time.
INTAGLIO_INLINE void join_pairs(Neon, const std::uint8_t* codes, std::int64_t count, std::int32_t first,
                                std::int32_t second, std::uint8_t* numbers) {
    const uint8x16_t first_factor = vdupq_n_u8(static_cast<std::uint8_t>(first));
    const uint8x16_t second_factor = vdupq_n_u8(static_cast<std::uint8_t>(second));
    std::int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const uint8x16x2_t pairs = vld2q_u8(codes + 2 * i);
        vst1q_u8(numbers + i, vmlaq_u8(vmulq_u8(pairs.val[0], first_factor), pairs.val[1], second_factor));
    }
    join_pairs(codes + 2 * i, count - i, first, second, numbers + i);
}

// Stores
// -------------------------------------------------------------------------------------------------------------

INTAGLIO_INLINE void store(Neon, std::int16_t* values, Int128 vector) {
    vst1_s16(values, vmovn_s32(vector));
}
/// Bytes of either kind: lanes fit, so that their low bits are the code.
template <class Byte>
requires(sizeof(Byte) == 1) INTAGLIO_INLINE void store(Neon, Byte* values, Int128 vector) {
    const int16x4_t words = vmovn_s32(vector);
    const uint32x2_t bytes = vreinterpret_u32_s8(vmovn_s16(vcombine_s16(words, words)));
    const std::uint32_t four = vget_lane_u32(bytes, 0);
    __builtin_memcpy(values, &four, sizeof four);
}

// Steps
// --------------------------------------------------------------------------------------------------------------

struct NeonDyadic {
    int32x4_t multiplier;
    int64x2_t addend_low, addend_high;
    int64x2_t left_shift_low, left_shift_high;  ///< negative
};

[[nodiscard]] INTAGLIO_INLINE NeonDyadic load_dyadic(Neon, const std::int32_t* multiplier, const std::int64_t* addend,
                                                     const std::uint8_t* shift) {
    const int64x2_t low = {-std::int64_t{shift[0]}, -std::int64_t{shift[1]}};
    const int64x2_t high = {-std::int64_t{shift[2]}, -std::int64_t{shift[3]}};
    return {vld1q_s32(multiplier), vld1q_s64(addend), vld1q_s64(addend + 2), low, high};
}
[[nodiscard]] INTAGLIO_INLINE Int128 apply_dyadic(Neon, Int128 value, const NeonDyadic& dyadic, std::int32_t lowest,
                                                  std::int32_t highest) {
    const int32x4_t factors = dyadic.multiplier;
    const int64x2_t low = vmlal_s32(dyadic.addend_low, vget_low_s32(value), vget_low_s32(factors));
    const int64x2_t high = vmlal_high_s32(dyadic.addend_high, value, factors);
    const int32x2_t low_shifted = vqmovn_s64(vshlq_s64(low, dyadic.left_shift_low));
    const int32x4_t shifted = vqmovn_high_s64(low_shifted, vshlq_s64(high, dyadic.left_shift_high));
    return Int128(vminq_s32(vmaxq_s32(shifted, vdupq_n_s32(lowest)), vdupq_n_s32(highest)));
}

// Statistics
// ---------------------------------------------------------------------------------------------------------

struct NeonMoments {
    int64x2_t sum_low, sum_high;
    uint64x2_t total_low, total_high, high_low, high_high;
};

[[nodiscard]] INTAGLIO_INLINE NeonMoments zero_moments(Neon) {
    const int64x2_t sum = vdupq_n_s64(0);
    const uint64x2_t total = vdupq_n_u64(0);
    return {sum, sum, total, total, total, total};
}
INTAGLIO_INLINE void add_to_moments(Neon, NeonMoments& moments, Int128 values) {
    const int32x2_t low = vget_low_s32(values);
    const uint64x2_t low_square = vreinterpretq_u64_s64(vmull_s32(low, low));
    const uint64x2_t high_square = vreinterpretq_u64_s64(vmull_high_s32(values, values));
    moments.sum_low = vaddw_s32(moments.sum_low, low);
    moments.sum_high = vaddw_high_s32(moments.sum_high, values);
    moments.total_low = vaddq_u64(moments.total_low, low_square);
    moments.total_high = vaddq_u64(moments.total_high, high_square);
    moments.high_low = vsraq_n_u64(moments.high_low, low_square, 32);
    moments.high_high = vsraq_n_u64(moments.high_high, high_square, 32);
}
INTAGLIO_INLINE void store_moments(Neon, const NeonMoments& moments, std::int64_t* sum, std::uint64_t* total,
                                   std::uint64_t* high) {
    vst1q_s64(sum, moments.sum_low);
    vst1q_s64(sum + 2, moments.sum_high);
    vst1q_u64(total, moments.total_low);
    vst1q_u64(total + 2, moments.total_high);
    vst1q_u64(high, moments.high_low);
    vst1q_u64(high + 2, moments.high_high);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd

#endif
