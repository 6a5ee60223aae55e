// What this machine's core can do at most, measured in this process: the yardstick of the other benchmarks.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <vector>

#include "intaglio/kernels/arithmetic.hpp"
#include "intaglio/kernels/short_sums.hpp"
#include "intaglio/kernels/training/float_product.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::benchmarks {
inline namespace INTAGLIO_INSTRUCTION_SET {

/// Makes the compiler believe that the memory is read and written here.
INTAGLIO_INLINE void touch(const void* memory) {
    asm volatile("" : : "g"(memory) : "memory");
}

/// Where results go that nobody reads.
[[nodiscard]] inline std::byte* sink() {
    alignas(64) static std::byte bytes[256];
    return bytes;
}

/// Makes the compiler believe that a register has changed.
template <class Vector>
INTAGLIO_INLINE void hide(Vector& vector) {
#if INTAGLIO_HAS_AVX2
    if constexpr (requires { vector.data; }) {
        asm volatile("" : "+v"(vector.data));
        return;
    }
    if constexpr (requires { vector.plane; }) {
        for (auto& plane : vector.plane) asm volatile("" : "+v"(plane.data));
        return;
    }
#endif
    touch(&vector);
}

/// Multiply-adds into independent sums, in MACs of one call. The weight seems to change each time: otherwise a product
/// of two instructions would be computed only once.
template <class Arithmetic>
[[nodiscard]] inline std::int64_t multiply_add_pass() {
    constexpr int sums = 12;  // covers latency times ports, and leaves room in 16 registers
    constexpr std::int64_t rounds = 2000;
    alignas(64) static typename Arithmetic::Stored codes[64] = {};
    alignas(64) static typename Arithmetic::Weight weights[64] = {};
    auto* const results = reinterpret_cast<typename Arithmetic::Sum*>(sink());
    touch(codes);
    touch(weights);
    const auto factor = Arithmetic::codes(codes);
    auto weight = Arithmetic::weights(weights);
    kernels::PartialSum<Arithmetic> sum[1][sums];
    INTAGLIO_UNROLLED (i, sums) {
        sum[0][i] = kernels::zero_partial<Arithmetic>();
    }
    const kernels::LongSums<Arithmetic, 1, sums> long_sums(1);
    for (std::int64_t round = 0; round < rounds; ++round) {
        INTAGLIO_UNROLLED (i, sums) {
            hide(weight);
            sum[0][i] = Arithmetic::multiply_add(sum[0][i], factor, weight);
        }
    }
    INTAGLIO_UNROLLED (i, sums) {
        Arithmetic::store_sum(results, long_sums.sum(sum, 0, i));
        touch(results);
    }
    return rounds * sums * Arithmetic::lanes * Arithmetic::codes_per_chunk;
}

/// Reads a buffer into several sums; bytes of one call.
[[nodiscard]] inline std::int64_t read_pass(const std::int32_t* values, std::int64_t count) {
    using Set = simd::Native;
    constexpr Set set{};
    constexpr int sums = 8;
    constexpr std::int64_t lanes = int32_lanes(Set{});
    auto* const result = reinterpret_cast<std::int32_t*>(sink());
    decltype(zero_int32(set)) sum[sums];
    INTAGLIO_UNROLLED (i, sums) {
        sum[i] = zero_int32(set);
    }
    const std::int64_t whole = count / (sums * lanes) * (sums * lanes);
    for (std::int64_t at = 0; at < whole; at += sums * lanes) {
        INTAGLIO_UNROLLED (i, sums) {
            sum[i] = add_int32(set, sum[i], load_int32(set, values + at + i * lanes));
        }
    }
    INTAGLIO_UNROLLED (i, sums) {
        store(set, result, sum[i]);
        touch(result);
    }
    return whole * static_cast<std::int64_t>(sizeof(std::int32_t));
}

#if defined(__AVX512VPOPCNTDQ__) && INTAGLIO_HAS_AVX512
struct PopcountWord {
    using Word = __m512i;
    static INTAGLIO_INLINE Word load(const std::uint64_t* from) { return _mm512_loadu_si512(from); }
    static INTAGLIO_INLINE Word zero() { return _mm512_setzero_si512(); }
    static INTAGLIO_INLINE Word count(Word sum, Word a, Word b) {
        return _mm512_add_epi64(sum, _mm512_popcnt_epi64(_mm512_xor_si512(a, b)));
    }
    static INTAGLIO_INLINE void store(std::uint64_t* to, Word word) { _mm512_storeu_si512(to, word); }
};
#else
struct PopcountWord {
    using Word = std::uint64_t;
    static INTAGLIO_INLINE Word load(const std::uint64_t* from) { return *from; }
    static INTAGLIO_INLINE Word zero() { return 0; }
    static INTAGLIO_INLINE Word count(Word sum, Word a, Word b) {
        return sum + static_cast<std::uint64_t>(std::popcount(a ^ b));
    }
    static INTAGLIO_INLINE void store(std::uint64_t* to, Word word) { *to = word; }
};
#endif

/// xor, popcount, add; one-bit MACs of one call.
[[nodiscard]] inline std::int64_t popcount_pass() {
    constexpr int keys = 4;
    constexpr std::int64_t words = sizeof(PopcountWord::Word) / sizeof(std::uint64_t);
    constexpr std::int64_t count = 512;
    alignas(64) static std::uint64_t values[count];
    alignas(64) static std::uint64_t key[keys * words];
    auto* const results = reinterpret_cast<std::uint64_t*>(sink());
    touch(values);
    touch(key);
    struct Lane {
        PopcountWord::Word key, first, second;
    };
    Lane lane[keys];
    INTAGLIO_UNROLLED (i, keys) {
        lane[i] = {PopcountWord::load(key + i * words), PopcountWord::zero(), PopcountWord::zero()};
    }
    for (std::int64_t at = 0; at < count; at += 2 * words) {
        const auto first = PopcountWord::load(values + at);
        const auto second = PopcountWord::load(values + at + words);
        INTAGLIO_UNROLLED (i, keys) {
            lane[i].first = PopcountWord::count(lane[i].first, first, lane[i].key);
            lane[i].second = PopcountWord::count(lane[i].second, second, lane[i].key);
        }
    }
    INTAGLIO_UNROLLED (i, keys) {
        PopcountWord::store(results, lane[i].first);
        touch(results);
        PopcountWord::store(results, lane[i].second);
        touch(results);
    }
    return count * 64 * keys;
}

/// The best rate of a pass, per second of processor time (as Google Benchmark counts), in a fifth of a second.
template <class Pass>
[[nodiscard]] double best_rate(const Pass& pass) {
    constexpr auto slice = CLOCKS_PER_SEC / 200;
    double best = 0;
    for (int i = 0; i < 40; ++i) {
        std::int64_t done = 0;
        const std::clock_t start = std::clock();
        std::clock_t now = start;
        for (; now - start < slice; now = std::clock()) {
            for (int j = 0; j < 50; ++j) done += pass();
        }
        const double rate = static_cast<double>(done) * CLOCKS_PER_SEC / static_cast<double>(now - start);
        best = rate > best ? rate : best;
    }
    return best;
}

/// Multiply-accumulates per second of one arithmetic, measured once.
template <class Arithmetic>
[[nodiscard]] inline double multiply_add_peak() {
    static const double peak = best_rate(multiply_add_pass<Arithmetic>);
    return peak;
}

/// One-bit multiply-accumulates per second, measured once.
[[nodiscard]] inline double popcount_peak() {
    static const double peak = best_rate(popcount_pass);
    return peak;
}

inline constexpr std::int64_t first_cache_values = 4096;  ///< 16 KiB

/// Bytes per second read from the first cache, measured once.
[[nodiscard]] inline double first_cache_peak() {
    static const double peak = [] {
        std::vector<std::int32_t> values(first_cache_values, 1);
        return best_rate([&] {
            touch(values.data());
            return read_pass(values.data(), first_cache_values);
        });
    }();
    return peak;
}

inline constexpr std::int64_t pass_values = 65536;  ///< of the passes over values: within the second cache

/// Adds two arrays into a third; bytes of one call, read and written.
[[nodiscard]] inline std::int64_t add_pass(const std::int32_t* __restrict a, const std::int32_t* __restrict b,
                                           std::int64_t count, std::int32_t* __restrict out) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = a[i] + b[i];
    return 3 * count * static_cast<std::int64_t>(sizeof(std::int32_t));
}

/// Bytes per second of a pass that reads arrays of pass_values and writes one, measured once: what memory allows.
[[nodiscard]] inline double pass_peak() {
    static const double peak = [] {
        std::vector<std::int32_t> values(3 * pass_values, 1);
        return best_rate([&] {
            touch(values.data());
            return add_pass(values.data(), values.data() + pass_values, pass_values, values.data() + 2 * pass_values);
        });
    }();
    return peak;
}

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::benchmarks
