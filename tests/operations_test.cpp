// Each operation of the instruction sets gives what plain code gives, lane by lane, for random and extreme operands.
#include <doctest/doctest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "intaglio/simd/detect.hpp"
#include "intaglio/simd/simd.hpp"

namespace operations_test {

namespace {

using namespace intaglio;
using simd::Portable;

constexpr Portable plain{};

#if INTAGLIO_HAS_VECTORS

class Numbers {
  public:
    explicit Numbers(unsigned seed) : engine_(seed) {}
    std::int64_t between(std::int64_t lowest, std::int64_t highest) {
        if (engine_() % 4 == 0) return engine_() % 2 == 0 ? lowest : highest;
        return std::uniform_int_distribution<std::int64_t>(lowest, highest)(engine_);
    }
    template <class T>
    void fill(std::vector<T>& values, std::int64_t lowest, std::int64_t highest) {
        for (T& value : values) value = static_cast<T>(between(lowest, highest));
    }
    template <class T>
    void fill(std::vector<T>& values) {
        fill(values, static_cast<std::int64_t>(std::numeric_limits<T>::min()),
             static_cast<std::int64_t>(std::numeric_limits<T>::max()));
    }

  private:
    std::mt19937_64 engine_;
};

template <class Set>
constexpr int lanes = simd::int32_lanes(Set{});

/// The lanes of a vector.
template <class Set, class Vector>
std::vector<std::int32_t> lanes_of(Set set, Vector vector) {
    std::vector<std::int32_t> values(lanes<Set>);
    store(set, values.data(), vector);
    return values;
}

/// A dot product of every lane, of codes that are broadcast and codes of each lane, against plain code.
template <class Set, class Code, class Weight, class Dot>
void check_dot(Set set, std::int64_t highest_code, std::int64_t highest_weight, const Dot& dot) {
    Numbers numbers(7);
    constexpr int codes_of_lane = 4 / static_cast<int>(sizeof(Code));
    std::vector<std::int32_t> sums(lanes<Set>);
    std::vector<Code> codes(lanes<Set> * codes_of_lane);
    std::vector<Weight> weights(lanes<Set> * codes_of_lane);
    for (int round = 0; round < 2000; ++round) {
        numbers.fill(sums, -(1 << 20), 1 << 20);
        numbers.fill(codes, std::is_signed_v<Code> ? -highest_code - 1 : 0, highest_code);
        numbers.fill(weights, -highest_weight - 1, highest_weight);
        const auto sum = load_int32(set, sums.data());
        const auto own = lanes_of(set, dot(set, sum, load_codes(set, codes.data()), load_weights(set, weights.data())));
        const auto same =
            lanes_of(set, dot(set, sum, broadcast_codes(set, codes.data()), load_weights(set, weights.data())));
        for (int i = 0; i < lanes<Set>; ++i) {
            const Weight* const w = weights.data() + i * codes_of_lane;
            const std::int32_t start = sums[static_cast<std::size_t>(i)];
            CHECK(own[static_cast<std::size_t>(i)] ==
                  dot(plain, start, load_codes(plain, codes.data() + i * codes_of_lane), load_weights(plain, w)));
            CHECK(same[static_cast<std::size_t>(i)] ==
                  dot(plain, start, broadcast_codes(plain, codes.data()), load_weights(plain, w)));
        }
    }
}

template <class Set, class T>
void check_memory(Set set) {
    Numbers numbers(11);
    std::vector<T> values(lanes<Set>);
    for (int round = 0; round < 200; ++round) {
        numbers.fill(values);
        const auto vector = load_int32(set, values.data());
        const auto loaded = lanes_of(set, vector);
        for (std::size_t i = 0; i < values.size(); ++i) CHECK(loaded[i] == values[i]);
        for (int count = 0; count <= lanes<Set>; ++count) {
            const auto first = lanes_of(set, load_first_int32(set, values.data(), count));
            for (int i = 0; i < lanes<Set>; ++i) {
                CHECK(first[static_cast<std::size_t>(i)] == (i < count ? values[static_cast<std::size_t>(i)] : 0));
            }
            if constexpr (!std::is_same_v<T, std::int8_t>) {
                std::vector<T> stored(lanes<Set>, T{17});
                store_first(set, stored.data(), vector, count);
                for (int i = 0; i < lanes<Set>; ++i) {
                    CHECK(stored[static_cast<std::size_t>(i)] ==
                          (i < count ? values[static_cast<std::size_t>(i)] : T{17}));
                }
            }
        }
        std::vector<T> whole(lanes<Set>);
        store(set, whole.data(), vector);
        CHECK(whole == values);
    }
}

template <class Set, class Code>
void check_bits_of_codes(Set set) {
    Numbers numbers(13);
    std::vector<Code> codes(64);
    for (int round = 0; round < 100; ++round) {
        const std::int32_t more = round % 2 == 0 ? 0 : std::is_signed_v<Code> ? 16 : -3;
        numbers.fill(codes, -more, 31 - more);
        const int bit = round % 5;
        for (int count = 1; count <= 32; ++count) {
            CHECK(bits_of_codes(set, codes.data() + 32, count, 32, more, bit) ==
                  bits_of_codes(plain, codes.data() + 32, count, 32, more, bit));
            CHECK(bits_of_codes(set, codes.data(), count, 0, more, bit) ==
                  bits_of_codes(plain, codes.data(), count, 0, more, bit));
        }
    }
}

template <class Set>
void check_arithmetic(Set set) {
    Numbers numbers(17);
    std::vector<std::int32_t> a(lanes<Set>), b(lanes<Set>);
    for (int round = 0; round < 2000; ++round) {
        numbers.fill(a);
        numbers.fill(b);
        const auto x = load_int32(set, a.data());
        const auto y = load_int32(set, b.data());
        const auto sum = lanes_of(set, add_int32(set, x, y));
        const auto difference = lanes_of(set, subtract_int32(set, x, y));
        const auto exclusive = lanes_of(set, bitwise_xor(set, x, y));
        const auto shifted = lanes_of(set, shift_right_int32(set, x, round % 32));
        const auto reached = lanes_of(set, count_reached(set, broadcast_int32(set, round), x, y));
        const std::uint32_t bits = reached_bits(set, x, y);
        CHECK(reached_bits(set, x, x) == (1U << lanes<Set>)-1U);
        const auto equal = lanes_of(set, count_reached(set, zero_int32(set), x, x));
        for (std::size_t i = 0; i < lanes<Set>; ++i) {
            CHECK(sum[i] == add_int32(plain, a[i], b[i]));
            CHECK(difference[i] == subtract_int32(plain, a[i], b[i]));
            CHECK(exclusive[i] == (a[i] ^ b[i]));
            CHECK(shifted[i] == a[i] >> round % 32);
            CHECK(reached[i] == count_reached(plain, round, a[i], b[i]));
            CHECK(equal[i] == 1);
            CHECK((bits >> i & 1U) == reached_bits(plain, a[i], b[i]));
        }
    }
}

template <class Set>
void check_wide_products(Set set) {
    Numbers numbers(23);
    std::vector<std::int32_t> values(lanes<Set>), multiplier(lanes<Set>);
    std::vector<std::int64_t> addend(lanes<Set>);
    std::vector<std::uint8_t> shift(lanes<Set>);
    auto moments = zero_moments(set);
    simd::PortableMoments plain_moments[lanes<Set>]{};
    for (int round = 0; round < 2000; ++round) {
        numbers.fill(values, -std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::max());
        numbers.fill(multiplier);
        numbers.fill(addend, -(std::int64_t{1} << 61), std::int64_t{1} << 61);
        numbers.fill(shift, 0, 63);
        const auto lowest = static_cast<std::int32_t>(numbers.between(-300, 0));
        const auto highest = static_cast<std::int32_t>(numbers.between(0, 300));
        const auto x = load_int32(set, values.data());
        const auto dyadic = load_dyadic(set, multiplier.data(), addend.data(), shift.data());
        const auto scaled = lanes_of(set, apply_dyadic(set, x, dyadic, lowest, highest));
        add_to_moments(set, moments, x);
        for (std::size_t i = 0; i < lanes<Set>; ++i) {
            CHECK(scaled[i] == apply_dyadic(plain, values[i], load_dyadic(plain, &multiplier[i], &addend[i], &shift[i]),
                                            lowest, highest));
            add_to_moments(plain, plain_moments[i], values[i]);
        }
    }
    std::int64_t sums[lanes<Set>], plain_sum;
    std::uint64_t totals[lanes<Set>], highs[lanes<Set>], plain_total, plain_high;
    store_moments(set, moments, sums, totals, highs);
    for (int i = 0; i < lanes<Set>; ++i) {
        store_moments(plain, plain_moments[i], &plain_sum, &plain_total, &plain_high);
        CHECK(sums[i] == plain_sum);
        CHECK(totals[i] == plain_total);
        CHECK(highs[i] == plain_high);
    }
}

// The sets whose instructions the flags of this build allow.
#define SETS_FROM_128_BITS simd::Generic
#if INTAGLIO_HAS_SSSE3
#define SETS_OF_128_BITS SETS_FROM_128_BITS, simd::Sse2, simd::Ssse3
#elif INTAGLIO_HAS_SSE2
#define SETS_OF_128_BITS SETS_FROM_128_BITS, simd::Sse2
#elif INTAGLIO_HAS_NEON_DOT
#define SETS_OF_128_BITS SETS_FROM_128_BITS, simd::Neon, simd::NeonDot
#elif INTAGLIO_HAS_NEON
#define SETS_OF_128_BITS SETS_FROM_128_BITS, simd::Neon
#else
#define SETS_OF_128_BITS SETS_FROM_128_BITS
#endif
#if INTAGLIO_HAS_AVX2_VNNI && !INTAGLIO_HAS_AVX512  // AVX512-VNNI comes without AVX-VNNI on some processors
#define SETS_OF_256_BITS SETS_OF_128_BITS, simd::Avx2, simd::Avx2Vnni
#elif INTAGLIO_HAS_AVX2
#define SETS_OF_256_BITS SETS_OF_128_BITS, simd::Avx2
#else
#define SETS_OF_256_BITS SETS_OF_128_BITS
#endif
#if INTAGLIO_HAS_AVX512_VNNI
#define SETS SETS_OF_256_BITS, simd::Avx512, simd::Avx512Vnni
#elif INTAGLIO_HAS_AVX512
#define SETS SETS_OF_256_BITS, simd::Avx512
#else
#define SETS SETS_OF_256_BITS
#endif

TEST_CASE_TEMPLATE("operations of a set: what plain code gives", Set, SETS) {
    constexpr Set set{};
    REQUIRE(simd::supported(set));
    const auto bytes = [](auto on, auto sum, auto a, auto w) { return dot_bytes(on, sum, a, w); };
    const auto small_bytes = [](auto on, auto sum, auto a, auto w) { return dot_small_bytes(on, sum, a, w); };
    const auto words = [](auto on, auto sum, auto a, auto w) { return dot_words(on, sum, a, w); };
    const auto bits = [](auto on, auto sum, auto a, auto w) {
        return add_bit_counts(on, sum, different_bits(on, a, w), 0);
    };
    const auto bits_among = [](auto on, auto sum, auto a, auto w, auto among, int shift) {
        return add_bit_counts(on, sum, different_bits(on, a, w, among), shift);
    };
    // What widens bytes multiplies words instead.
    if constexpr (!widens_bytes(set)) check_dot<Set, std::uint8_t, std::int8_t>(set, 255, 127, bytes);
    if constexpr (has_signed_byte_dot_product(set)) check_dot<Set, std::int8_t, std::int8_t>(set, 127, 127, bytes);
    check_dot<Set, std::uint8_t, std::int8_t>(set, 127, 127, small_bytes);
    check_dot<Set, std::uint8_t, std::int8_t>(set, 255, 63, small_bytes);
    const auto short_sums = [](auto on, auto sum, auto a, auto w) {
        const auto once = add_short_products(on, zero_short_sums(on), a, w);
        return add_short_sums(on, sum, add_short_products(on, once, a, w));
    };
    check_dot<Set, std::uint8_t, std::int8_t>(set, 127, 63, short_sums);
    check_dot<Set, std::uint8_t, std::int8_t>(set, 255, 31, short_sums);
    check_dot<Set, std::int16_t, std::int16_t>(set, 32767, 127, words);
    Numbers numbers(19);
    std::vector<std::uint32_t> a(lanes<Set>), b(lanes<Set>), c(lanes<Set>);
    for (int round = 0; round < 1000; ++round) {
        numbers.fill(a);
        numbers.fill(b);
        numbers.fill(c);
        const auto found = lanes_of(
            set, bits(set, broadcast_int32(set, round), load_weights(set, a.data()), load_weights(set, b.data())));
        const auto same = lanes_of(
            set, bits(set, broadcast_int32(set, round), broadcast_codes(set, a.data()), load_weights(set, b.data())));
        for (std::size_t i = 0; i < lanes<Set>; ++i) {
            CHECK(found[i] == bits(plain, round, a[i], b[i]));
            CHECK(same[i] == bits(plain, round, a[0], b[i]));
        }
        for (const int shift : {0, 1, 2, 5}) {
            const auto among =
                lanes_of(set, bits_among(set, broadcast_int32(set, round), broadcast_codes(set, c.data()),
                                         load_weights(set, a.data()), load_weights(set, b.data()), shift));
            for (std::size_t i = 0; i < lanes<Set>; ++i) {
                CHECK(among[i] == round + (std::popcount((c[0] ^ a[i]) & b[i]) << shift));
            }
        }
        for (const int bit : {0, 3, 31}) {
            std::uint32_t expected = 0;
            for (std::size_t i = 0; i < lanes<Set>; ++i) expected |= (a[i] >> bit & 1U) << i;
            const auto vector = load_int32(set, reinterpret_cast<const std::int32_t*>(a.data()));
            CHECK(bits_of_lanes(set, vector, bit) == expected);
        }
    }
    check_memory<Set, std::int32_t>(set);
    check_memory<Set, std::int16_t>(set);
    check_memory<Set, std::uint8_t>(set);
    check_memory<Set, std::int8_t>(set);
    check_bits_of_codes<Set, std::uint8_t>(set);
    check_bits_of_codes<Set, std::int8_t>(set);
    check_arithmetic(set);
    if constexpr (has_wide_products(set)) check_wide_products(set);
}

#endif

}  // namespace

}  // namespace operations_test
