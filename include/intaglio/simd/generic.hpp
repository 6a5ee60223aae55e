// The operations of the kernels in the words of xsimd, for every architecture that it knows: the generic set, and what
// AVX2 and AVX-512 have from it. Host only; the one header that includes xsimd.
//
// Integers are multiplied by the operator of the compilers' vectors: xsimd 8 multiplies those of SSE2 one by one. What
// needs products of 64 bits is left to plain code, since xsimd has none of two numbers of 32 bits.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/simd/portable.hpp"
#include "intaglio/simd/tags.hpp"

#if INTAGLIO_HAS_VECTORS

// GCC 12 warns of the operand that its own unmasked 512-bit intrinsics leave undefined on purpose (its bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd {

/// The architecture of xsimd with vectors of so many bytes.
template <int Bytes>
struct ArchitectureOf {
    using type = typename xsimd::make_sized_batch_t<std::int32_t, Bytes / 4>::arch_type;
};
#if INTAGLIO_HAS_AVX2
template <>
struct ArchitectureOf<32> {
    using type = xsimd::fma3<xsimd::avx2>;
};
#endif
#if INTAGLIO_HAS_AVX512
template <>
struct ArchitectureOf<64> {
    using type = xsimd::avx512bw;
};
#endif

template <class T, int Bytes>
using Vector = xsimd::batch<T, typename ArchitectureOf<Bytes>::type>;
template <int Bytes>
using Int32s = Vector<std::int32_t, Bytes>;

/// The same bits as lanes of another type; xsimd's own cast takes other arguments from one version to the next.
template <class T, class From, class Architecture>
[[nodiscard]] INTAGLIO_INLINE xsimd::batch<T, Architecture> as_lanes(xsimd::batch<From, Architecture> vector) {
    return std::bit_cast<xsimd::batch<T, Architecture>>(vector);
}

/// a * b in each lane, modulo its size.
template <class T, class Architecture>
[[nodiscard]] INTAGLIO_INLINE xsimd::batch<T, Architecture> products(xsimd::batch<T, Architecture> a,
                                                                     xsimd::batch<T, Architecture> b) {
    using Lanes [[gnu::vector_size(sizeof a)]] = std::make_unsigned_t<T>;
    return std::bit_cast<xsimd::batch<T, Architecture>>(std::bit_cast<Lanes>(a) * std::bit_cast<Lanes>(b));
}

/// Register tiles: 4 pixels x 2 vectors, or 8 x 1, in 16 registers; 12 x 2, or 16 x 1, in 32.
template <int Bytes>
[[nodiscard]] constexpr int tile_groups(GenericVectors<Bytes>, int columns) {
#if defined(__aarch64__)
    return columns == 1 ? 4 : 3;
#else
    return columns == 1 ? 2 : 1;
#endif
}

// Dot products -------------------------------------------------------------------------------------------------------

/// Bytes of codes, two in each lane of 16 bits: even + 256 * odd, and each alone.
template <int Bytes>
struct WideCodes {
    Vector<std::int16_t, Bytes> pair, even, odd;
};
/// Bytes of weights, widened to 16 bits.
template <int Bytes>
struct WideWeights {
    Vector<std::int16_t, Bytes> even, odd;
    Vector<std::int16_t, Bytes> odd_beside_pair;  ///< odd - 256 * even, modulo 2^16
};
/// The two words of each lane, widened to 32 bits.
template <int Bytes>
struct WideWords {
    Int32s<Bytes> even, odd;
};

template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> zero_int32(GenericVectors<Bytes>) {
    return Int32s<Bytes>(0);
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> add_int32(GenericVectors<Bytes>, Int32s<Bytes> a, Int32s<Bytes> b) {
    return a + b;
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> subtract_int32(GenericVectors<Bytes>, Int32s<Bytes> a, Int32s<Bytes> b) {
    return a - b;
}

template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE WideCodes<Bytes> widened(const std::uint8_t*, Int32s<Bytes> lanes) {
    const auto words = as_lanes<std::uint16_t>(lanes);
    const auto even = words & Vector<std::uint16_t, Bytes>(0xff);
    return {as_lanes<std::int16_t>(words), as_lanes<std::int16_t>(even), as_lanes<std::int16_t>(words >> 8)};
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE WideWeights<Bytes> widened(const std::int8_t*, Int32s<Bytes> lanes) {
    const auto words = as_lanes<std::int16_t>(lanes);
    const auto high = words << 8;
    return {high >> 8, words >> 8, (words >> 8) - high};
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE WideWords<Bytes> widened(const std::int16_t*, Int32s<Bytes> lanes) {
    return {(lanes << 16) >> 16, lanes >> 16};
}
/// Bits stay what they are.
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Vector<std::uint32_t, Bytes> widened(const std::uint32_t*, Int32s<Bytes> lanes) {
    return as_lanes<std::uint32_t>(lanes);
}

template <int Bytes, class Code>
[[nodiscard]] INTAGLIO_INLINE auto broadcast_codes(GenericVectors<Bytes>, const Code* codes) {
    std::int32_t lane;
    __builtin_memcpy(&lane, codes, sizeof lane);
    return widened<Bytes>(codes, Int32s<Bytes>(lane));
}
template <int Bytes, class Code>
[[nodiscard]] INTAGLIO_INLINE auto load_codes(GenericVectors<Bytes>, const Code* codes) {
    return widened<Bytes>(codes, Int32s<Bytes>::load_unaligned(reinterpret_cast<const std::int32_t*>(codes)));
}
template <int Bytes, class Weight>
[[nodiscard]] INTAGLIO_INLINE auto load_weights(GenericVectors<Bytes> set, const Weight* weights) {
    return load_codes(set, weights);
}

/// sum + the two numbers of 16 bits of each lane.
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> add_pairs(Int32s<Bytes> sum, Vector<std::int16_t, Bytes> pairs) {
    const auto lanes = as_lanes<std::int32_t>(pairs);
    return sum + ((lanes << 16) >> 16) + (lanes >> 16);
}

/// A product of bytes fits 16 bits, the sum of two need not.
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> dot_bytes(GenericVectors<Bytes>, Int32s<Bytes> sum, WideCodes<Bytes> a,
                                                      WideWeights<Bytes> w) {
    return add_pairs<Bytes>(add_pairs<Bytes>(sum, products(a.even, w.even)), products(a.odd, w.odd));
}
/// Modulo 2^16, what the pairs give beyond the even codes is taken back by the odd ones.
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> dot_small_bytes(GenericVectors<Bytes>, Int32s<Bytes> sum,
                                                            WideCodes<Bytes> a, WideWeights<Bytes> w) {
    return add_pairs<Bytes>(sum, products(a.pair, w.even) + products(a.odd, w.odd_beside_pair));
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Vector<std::int16_t, Bytes> zero_short_sums(GenericVectors<Bytes>) {
    return Vector<std::int16_t, Bytes>(std::int16_t{0});
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Vector<std::int16_t, Bytes> add_short_products(GenericVectors<Bytes>,
                                                                             Vector<std::int16_t, Bytes> sums,
                                                                             WideCodes<Bytes> a, WideWeights<Bytes> w) {
    return sums + products(a.pair, w.even) + products(a.odd, w.odd_beside_pair);
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> add_short_sums(GenericVectors<Bytes>, Int32s<Bytes> sum,
                                                           Vector<std::int16_t, Bytes> sums) {
    return add_pairs<Bytes>(sum, sums);
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> dot_words(GenericVectors<Bytes>, Int32s<Bytes> sum, WideWords<Bytes> a,
                                                      WideWords<Bytes> w) {
    return sum + products(a.even, w.even) + products(a.odd, w.odd);
}

// Packed weights -----------------------------------------------------------------------------------------------------

template <int Bytes, int Bits>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> zero_packed(GenericVectors<Bytes>, PackedBits<Bits>) {
    return Int32s<Bytes>(0);
}
/// Fields are the codes, which have no signs, of a dot product of small bytes, and codes its weights.
template <class Set, int Bits>
requires(std::is_base_of_v<Generic, Set>) INTAGLIO_INLINE
    void add_packed(Set set, PackedBits<Bits> packed, Int32s<16>& sums, const std::uint8_t* weights,
                    const std::int8_t* codes) {
    const auto bytes = Int32s<16>::load_unaligned(reinterpret_cast<const std::int32_t*>(weights));
    INTAGLIO_UNROLLED (field, packed.fields) {
        std::int32_t lane;
        __builtin_memcpy(&lane, codes + 4 * field, sizeof lane);
        const auto fields = (bytes >> (field * Bits)) & Int32s<16>(packed.mask * 0x01010101);
        sums = dot_small_bytes(set, sums, widened<16>(weights, fields), widened<16>(codes, Int32s<16>(lane)));
    }
}
template <int Bytes, int Bits>
[[nodiscard]] constexpr std::int32_t packed_chunks(GenericVectors<Bytes>, PackedBits<Bits>) {
    return 0x7fffffff;
}
template <int Bytes, int Bits>
INTAGLIO_INLINE void fold_packed(GenericVectors<Bytes>, PackedBits<Bits>, Int32s<Bytes>&) {}
template <int Bytes, int Bits>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> packed_sum(GenericVectors<Bytes>, PackedBits<Bits>, Int32s<Bytes> sums) {
    return sums;
}

// Bits ---------------------------------------------------------------------------------------------------------------

template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Vector<std::uint32_t, Bytes> different_bits(GenericVectors<Bytes>,
                                                                          Vector<std::uint32_t, Bytes> a,
                                                                          Vector<std::uint32_t, Bytes> b) {
    return a ^ b;
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Vector<std::uint32_t, Bytes> different_bits(GenericVectors<Bytes>,
                                                                          Vector<std::uint32_t, Bytes> a,
                                                                          Vector<std::uint32_t, Bytes> b,
                                                                          Vector<std::uint32_t, Bytes> among) {
    return (a ^ b) & among;
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> add_bit_counts(GenericVectors<Bytes>, Int32s<Bytes> sum,
                                                           Vector<std::uint32_t, Bytes> bits, int shift) {
    using Bits = Vector<std::uint32_t, Bytes>;
    bits = bits - ((bits >> 1) & Bits(0x55555555U));
    bits = (bits & Bits(0x33333333U)) + ((bits >> 2) & Bits(0x33333333U));
    bits = (bits + (bits >> 4)) & Bits(0x0f0f0f0fU);
    bits = bits + (bits >> 8);
    bits = bits + (bits >> 16);
    return sum + as_lanes<std::int32_t>((bits & Bits(0x3fU)) << shift);
}

/// The first `count` codes, and one code after them.
template <class Code>
INTAGLIO_INLINE void fill_up(const Code* codes, int count, Code after, Code (&copy)[32]) {
    for (int i = 0; i < 32; ++i) copy[i] = i < count ? codes[i] : after;
}

struct TwoNumbers {
    std::uint64_t first, second;
};
/// The bits of 16 codes: each lane gives its own bit, and the bits of 64-bit lanes are united.
template <class Code>
[[nodiscard]] INTAGLIO_INLINE std::uint32_t bits_of_16_codes(const Code* codes, std::int32_t more, int bit) {
    using Codes = Vector<Code, 16>;
    constexpr auto top = static_cast<Code>(128);
    static constexpr Code bits[16] = {1, 2, 4, 8, 16, 32, 64, top, 1, 2, 4, 8, 16, 32, 64, top};
    const auto own = Codes::load_unaligned(bits);
    const auto from = Codes::load_unaligned(codes) + Codes(static_cast<Code>(more));
    const auto chosen = xsimd::select((from & Codes(static_cast<Code>(1 << bit))) == Codes(0), Codes(0), own);
    auto lanes = as_lanes<std::uint64_t>(chosen);
    lanes = lanes | (lanes >> 32);
    lanes = lanes | (lanes >> 16);
    lanes = lanes | (lanes >> 8);
    const auto numbers = std::bit_cast<TwoNumbers>(lanes);
    return static_cast<std::uint8_t>(numbers.first) | std::uint32_t{static_cast<std::uint8_t>(numbers.second)} << 8;
}
template <class Code>
[[nodiscard]] INTAGLIO_INLINE std::uint32_t bits_of_codes(Generic, const Code* codes, int count, std::int64_t before,
                                                          std::int32_t more, int bit) {
    const auto bits = [=](const Code* from) {
        return bits_of_16_codes(from, more, bit) | bits_of_16_codes(from + 16, more, bit) << 16;
    };
    const int missing = 32 - count;
    if (missing <= before) return bits(codes - missing) >> missing;
    Code copy[32];
    fill_up(codes, count, static_cast<Code>(-more), copy);
    return bits(copy);
}

// Loads and stores ---------------------------------------------------------------------------------------------------

/// Codes of fewer than 32 bits move to the high end of their lane, and from there to the low end.
template <int Bytes, class In>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> load_int32(GenericVectors<Bytes>, const In* values) {
    if constexpr (sizeof(In) == sizeof(std::int32_t)) {
        return Int32s<Bytes>::load_unaligned(values);
    } else {
        static_assert(Bytes == 16, "wider vectors load narrow codes by overloads of their own");
        using Packed = std::conditional_t<sizeof(In) == 1, std::int32_t, std::int64_t>;
        using Wide = std::conditional_t<std::is_signed_v<In>, std::int32_t, std::uint32_t>;
        Packed packed;
        __builtin_memcpy(&packed, values, sizeof packed);
        auto words = as_lanes<std::int16_t>(Vector<Packed, Bytes>(packed));
        if constexpr (sizeof(In) == 1) {
            const auto bytes = as_lanes<std::int8_t>(words);
            words = as_lanes<std::int16_t>(xsimd::zip_lo(bytes, bytes));
        }
        const auto lanes = as_lanes<Wide>(xsimd::zip_lo(words, words));
        return as_lanes<std::int32_t>(lanes >> (32 - 8 * static_cast<int>(sizeof(In))));
    }
}
template <int Bytes, class In>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> load_first_int32(GenericVectors<Bytes> set, const In* values, int count) {
    In copy[Bytes / 4] = {};
    for (int i = 0; i < count && i < Bytes / 4; ++i) copy[i] = values[i];
    return load_int32(set, copy);
}

template <int Bytes>
INTAGLIO_INLINE void store(GenericVectors<Bytes>, std::int32_t* values, Int32s<Bytes> vector) {
    vector.store_unaligned(values);
}
template <int Bytes, class Out>
INTAGLIO_INLINE void store(GenericVectors<Bytes>, Out* values, Int32s<Bytes> vector) {
    std::int32_t lanes[Bytes / 4];
    vector.store_unaligned(lanes);
    for (int i = 0; i < Bytes / 4; ++i) values[i] = static_cast<Out>(lanes[i]);
}
template <int Bytes, class Out>
INTAGLIO_INLINE void store_first(GenericVectors<Bytes>, Out* values, Int32s<Bytes> vector, int count) {
    std::int32_t lanes[Bytes / 4];
    vector.store_unaligned(lanes);
    for (int i = 0; i < count && i < Bytes / 4; ++i) values[i] = static_cast<Out>(lanes[i]);
}

// Steps --------------------------------------------------------------------------------------------------------------

template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> broadcast_int32(GenericVectors<Bytes>, std::int32_t value) {
    return Int32s<Bytes>(value);
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> shift_right_int32(GenericVectors<Bytes>, Int32s<Bytes> a, int bits) {
    return a >> bits;
}
template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> bitwise_xor(GenericVectors<Bytes>, Int32s<Bytes> a, Int32s<Bytes> b) {
    return a ^ b;
}

template <int Bytes>
[[nodiscard]] INTAGLIO_INLINE Int32s<Bytes> count_reached(GenericVectors<Bytes>, Int32s<Bytes> count,
                                                          Int32s<Bytes> value, Int32s<Bytes> threshold) {
    return count + xsimd::select(threshold > value, Int32s<Bytes>(0), Int32s<Bytes>(1));
}

/// The bits of four lanes in one.
[[nodiscard]] INTAGLIO_INLINE std::uint32_t united_lanes(Int32s<16> lanes) {
    const auto numbers = std::bit_cast<TwoNumbers>(lanes);
    const std::uint64_t both = numbers.first | numbers.second;
    return static_cast<std::uint32_t>(both | both >> 32);
}
[[nodiscard]] INTAGLIO_INLINE std::uint32_t reached_bits(Generic, Int32s<16> value, Int32s<16> threshold) {
    static constexpr std::int32_t bits[4] = {1, 2, 4, 8};
    const auto own = xsimd::select(threshold > value, Int32s<16>(0), Int32s<16>::load_unaligned(bits));
    return united_lanes(own);
}
[[nodiscard]] INTAGLIO_INLINE std::uint32_t bits_of_lanes(Generic, Int32s<16> vector, int bit) {
    static constexpr std::int32_t bits[4] = {1, 2, 4, 8};
    const auto without = (vector & Int32s<16>(1 << bit)) == Int32s<16>(0);
    return united_lanes(xsimd::select(without, Int32s<16>(0), Int32s<16>::load_unaligned(bits)));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::simd

#endif
