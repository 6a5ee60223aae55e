// Steps: the integer functions per channel that turn accumulators into codes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/arithmetic.hpp"
#include "intaglio/kernels/bit_words.hpp"
#include "intaglio/simd/portable.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Pixels of a block: few enough that values and codes of all channels stay in the first cache.
inline constexpr std::int64_t step_block_pixels = 32;

/// The channels of one vector for `pixels` pixels; `Whole` if all lanes are channels.
template <class Set, bool Whole, int Pixels, class In, class Out>
void threshold_vector(Set set, const In* values, std::int32_t channels, std::int32_t levels,
                      const std::int32_t* thresholds, const std::int32_t* flip, std::int32_t lowest, int lanes,
                      Out* codes) {
    const auto load = [=](const auto* from) __attribute__((always_inline)) {
        if constexpr (Whole) {
            return load_int32(set, from);
        } else {
            return load_first_int32(set, from, lanes);
        }
    };
    using Vector = decltype(broadcast_int32(set, 0));
    const Vector flips = load(flip);
    Vector inputs[Pixels];
    Vector counts[Pixels];
    INTAGLIO_UNROLLED (p, Pixels) {
        inputs[p] = bitwise_xor(set, load(values + std::int64_t{p} * channels), flips);
        counts[p] = broadcast_int32(set, lowest);
    }
    for (std::int32_t level = 0; level < levels; ++level) {
        const Vector threshold = load(thresholds);
        thresholds += channels;
        INTAGLIO_UNROLLED (p, Pixels) {
            counts[p] = count_reached(set, counts[p], inputs[p], threshold);
        }
    }
    INTAGLIO_UNROLLED (p, Pixels) {
        if constexpr (Whole) {
            store(set, codes + std::int64_t{p} * channels, counts[p]);
        } else {
            store_first(set, codes + std::int64_t{p} * channels, counts[p], lanes);
        }
    }
}

/// codes = lowest + number of m in [0, levels) with (value ^ flip[channel]) >= thresholds[m][channel].
/// values and codes are [pixels][channels]; flip is 0, or -1 for a decreasing function. A threshold of INT32_MIN always
/// counts; one of INT32_MAX never does, since values stay below it. The codes must fit Out.
template <class Set, class In, class Out>
void threshold_step(const In* values, std::int64_t pixels, std::int32_t channels, std::int32_t levels,
                    const std::int32_t* thresholds, const std::int32_t* flip, std::int32_t lowest, Out* codes) {
    constexpr Set set{};
    constexpr int lanes = int32_lanes(Set{});
    constexpr int unrolled_pixels = 4;
    const auto whole = channels / lanes * lanes;
    std::int64_t pixel = 0;
    const auto pass = [&](auto at_once) {
        const In* const from = values + pixel * channels;
        Out* const to = codes + pixel * channels;
        for (std::int32_t c = 0; c < whole; c += lanes) {
            threshold_vector<Set, true, at_once>(set, from + c, channels, levels, thresholds + c, flip + c, lowest,
                                                 lanes, to + c);
        }
        if (whole < channels) {
            threshold_vector<Set, false, at_once>(set, from + whole, channels, levels, thresholds + whole, flip + whole,
                                                  lowest, channels - whole, to + whole);
        }
        pixel += at_once;
    };
    while (pixel + unrolled_pixels <= pixels) pass(Index<unrolled_pixels>{});
    while (pixel < pixels) pass(Index<1>{});
}

/// The words of `Pixels` neighbouring pixels for one word of channels, of which `count` there are.
template <class Set, int Pixels, class In>
void threshold_word(Set set, const In* values, std::int32_t channels, const std::int32_t* thresholds,
                    const std::int32_t* flip, int count, BitWord (&words)[Pixels]) {
    constexpr int lanes = int32_lanes(Set{});
    for (int p = 0; p < Pixels; ++p) words[p] = 0;
    int c = 0;
    for (; c + lanes <= count; c += lanes) {
        const auto flips = load_int32(set, flip + c);
        const auto threshold = load_int32(set, thresholds + c);
        for (int p = 0; p < Pixels; ++p) {
            const auto value = bitwise_xor(set, load_int32(set, values + std::int64_t{p} * channels + c), flips);
            words[p] |= reached_bits(set, value, threshold) << c;
        }
    }
    if (c == count) return;
    const int left = count - c;
    const auto flips = load_first_int32(set, flip + c, left);
    const auto threshold = load_first_int32(set, thresholds + c, left);
    for (int p = 0; p < Pixels; ++p) {
        const auto value =
            bitwise_xor(set, load_first_int32(set, values + std::int64_t{p} * channels + c, left), flips);
        words[p] |= (reached_bits(set, value, threshold) & ((BitWord{1} << left) - 1)) << c;
    }
}

/// bit = 1 where (value ^ flip[channel]) >= thresholds[channel]: a step of one threshold whose codes are bits. values
/// is [pixels][channels], words [pixels][channels / 32, rounded up].
template <class Set, class In>
void threshold_bits(const In* values, std::int64_t pixels, std::int32_t channels, const std::int32_t* thresholds,
                    const std::int32_t* flip, BitWord* words) {
    const std::int32_t pixel_words = words_of(channels);
    const auto pass = [&](auto at_once) {
        constexpr int count = decltype(at_once)::value;
        BitWord found[count];
        for (std::int32_t w = 0; w < pixel_words; ++w) {
            const std::int32_t first = w * bits_per_word;
            const std::int32_t left = channels - first;
            threshold_word(Set{}, values + first, channels, thresholds + first, flip + first,
                           left < bits_per_word ? left : bits_per_word, found);
            for (int p = 0; p < count; ++p) words[std::int64_t{p} * pixel_words + w] = found[p];
        }
        values += std::int64_t{count} * channels;
        words += std::int64_t{count} * pixel_words;
        pixels -= count;
    };
    while (pixels >= 4) pass(Index<4>{});
    while (pixels > 0) pass(Index<1>{});
}

/// What all channels of a step share: then there is one of it.
struct DyadicSharing {
    bool multiplier = false;  ///< and the shift
    bool addend = false;
};

/// codes = clamp((value * multiplier[channel] + addend[channel]) >> shift[channel], lowest, highest), in 64 bits with
/// an arithmetic shift of at most 63. values and codes are [pixels][channels]. The caller has proven that the
/// intermediate fits 64 bits; the addend contains the rounding half.
template <class Set, class In, class Out>
void dyadic_step(const In* values, std::int64_t pixels, std::int32_t channels, const std::int32_t* multiplier,
                 const std::int64_t* addend, const std::uint8_t* shift, std::int32_t lowest, std::int32_t highest,
                 Out* codes, DyadicSharing shared = {}) {
    constexpr simd::WideProductSet<Set> set{};
    constexpr int lanes = int32_lanes(set);
    const std::int32_t whole = channels / lanes * lanes;
    // The parameters of the last channels, filled up to a vector; all the same where they are shared.
    std::int32_t last_multiplier[lanes] = {};
    std::int64_t last_addend[lanes] = {};
    std::uint8_t last_shift[lanes] = {};
    for (std::int32_t i = 0; i < lanes; ++i) {
        const std::int32_t c = whole + i < channels ? whole + i : whole;
        const std::int32_t m = shared.multiplier ? 0 : c;
        if (shared.multiplier || c < channels) {
            last_multiplier[i] = multiplier[m];
            last_shift[i] = shift[m];
        }
        if (shared.addend || c < channels) last_addend[i] = addend[shared.addend ? 0 : c];
    }
    for (std::int64_t start = 0; start < pixels; start += step_block_pixels) {
        const std::int64_t end = start + step_block_pixels < pixels ? start + step_block_pixels : pixels;
        for (std::int32_t c = 0; c < whole; c += lanes) {
            const auto dyadic =
                load_dyadic(set, shared.multiplier ? last_multiplier : multiplier + c,
                            shared.addend ? last_addend : addend + c, shared.multiplier ? last_shift : shift + c);
            for (std::int64_t i = start * channels + c; i < end * channels; i += channels) {
                store(set, codes + i, apply_dyadic(set, load_int32(set, values + i), dyadic, lowest, highest));
            }
        }
        if (whole == channels) continue;
        const auto dyadic = load_dyadic(set, last_multiplier, last_addend, last_shift);
        const int left = channels - whole;
        for (std::int64_t i = start * channels + whole; i < end * channels; i += channels) {
            const auto value = load_first_int32(set, values + i, left);
            store_first(set, codes + i, apply_dyadic(set, value, dyadic, lowest, highest), left);
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
