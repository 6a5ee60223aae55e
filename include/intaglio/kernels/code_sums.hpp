// Sums of codes in the lanes of vectors, in no more bits than the sums need.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/lanes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

template <int Bytes>
struct UnsignedOf {
    using type = std::uint32_t;
};
template <>
struct UnsignedOf<1> {
    using type = std::uint8_t;
};
template <>
struct UnsignedOf<2> {
    using type = std::uint16_t;
};
/// The unsigned integer of the size of a type of codes; a real number is its own.
template <class Code>
using Modular = typename std::conditional_t<std::is_integral_v<Code>, UnsignedOf<static_cast<int>(sizeof(Code))>,
                                            std::type_identity<Code>>::type;

/// Sums of `Count` neighbouring codes each, as numbers of type Out that the sums fit: `add` takes a vector of codes,
/// `store` writes the sums. Integers are added modulo the size of Out.
template <class In, class Out, int Count>
class CodeSums {
  public:
    INTAGLIO_INLINE void add(simd::Lanes<In, Count> codes) {
        if constexpr (Count == 1) {
            sums_ = static_cast<Modular<Out>>(sums_ + static_cast<Modular<Out>>(codes));
        } else {
            static_assert(sizeof(In) == sizeof(Out) && std::is_integral_v<In> == std::is_integral_v<Out>);
            sums_ += std::bit_cast<simd::Lanes<Modular<In>, Count>>(codes);
        }
    }
    INTAGLIO_INLINE void store(Out* out) const { simd::store_lanes(out, sums_); }

  private:
    simd::Lanes<Modular<Out>, Count> sums_{};
};

/// Codes of half the size of their sums. Two codes that share a lane of the sums' size are added as one number, and
/// the higher one alone; the sum of the lower ones is what remains. Signed codes are made unsigned by an addend.
template <class In, class Out, int Count>
requires(Count > 1 && std::is_integral_v<In> && sizeof(Out) == 2 * sizeof(In)) class CodeSums<In, Out, Count> {
    using Wide = Modular<Out>;
    using Sums = simd::Lanes<Wide, Count / 2>;
    static constexpr int bits = 8 * sizeof(In);
    static constexpr Wide addend = std::is_signed_v<In> ? Wide{1} << (bits - 1) : Wide{0};

  public:
    INTAGLIO_INLINE void add(simd::Lanes<In, Count> codes) {
        auto pairs = std::bit_cast<Sums>(codes);
        if constexpr (addend != 0) {
            pairs ^= static_cast<Wide>(addend | addend << bits);
            added_ = static_cast<Wide>(added_ + addend);
        }
        pairs_ += pairs;
        higher_ += pairs >> bits;
    }
    INTAGLIO_INLINE void store(Out* out) const {
        const Sums lower = pairs_ - (higher_ << bits) - added_;
        const Sums higher = higher_ - added_;
        interleave(lower, higher, out, std::make_integer_sequence<int, Count / 2>{});
    }

  private:
    template <int... I>
    INTAGLIO_INLINE static void interleave(Sums even, Sums odd, Out* out, std::integer_sequence<int, I...>) {
        constexpr int half = Count / 2;
        simd::store_lanes(out, __builtin_shufflevector(even, odd, (I / 2 + I % 2 * half)...));
        simd::store_lanes(out + half, __builtin_shufflevector(even, odd, (half / 2 + I / 2 + I % 2 * half)...));
    }

    Sums pairs_{};
    Sums higher_{};
    Wide added_{};
};

/// Bytes whose sums need 32 bits: so many of them as 16 bits hold go through these.
template <class In, class Out, int Count>
requires(Count > 1 && sizeof(In) == 1 && sizeof(Out) == 4) class CodeSums<In, Out, Count> {
    using Word = std::conditional_t<std::is_signed_v<In>, std::int16_t, std::uint16_t>;
    static constexpr int most = 256;

  public:
    INTAGLIO_INLINE void add(simd::Lanes<In, Count> codes) {
        words_.add(codes);
        if (++added_ == most) flush();
    }
    INTAGLIO_INLINE void store(Out* out) {
        flush();
        for (int i = 0; i < Count; ++i) out[i] = static_cast<Out>(sums_[i]);
    }

  private:
    INTAGLIO_INLINE void flush() {
        Word words[Count];
        words_.store(words);
        for (int i = 0; i < Count; ++i) sums_[i] += words[i];
        words_ = {};
        added_ = 0;
    }

    CodeSums<In, Word, Count> words_{};
    std::int32_t sums_[Count] = {};
    int added_ = 0;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
