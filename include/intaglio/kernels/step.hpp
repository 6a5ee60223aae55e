// Steps: the integer functions per channel that turn accumulators into codes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/arithmetic.hpp"
#include "intaglio/kernels/planes.hpp"
#include "intaglio/simd/portable.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Pixels of a block: few enough that values and codes of all channels stay in the first cache.
inline constexpr std::int64_t step_block_pixels = 32;

/// The channels that a step computes: `count` of `all` from `first` on. Codes and parameters are those of all channels,
/// values those of these alone: `pitch` lie between two pixels.
struct StepChannels {
    std::int32_t all;
    std::int32_t first = 0;
    std::int32_t count;
    std::int32_t pitch;

    /// All channels.
    constexpr StepChannels(std::int32_t channels) : all(channels), count(channels), pitch(channels) {}
    constexpr StepChannels(std::int32_t channels, std::int32_t first_channel, std::int32_t channel_count,
                           std::int32_t value_pitch)
        : all(channels), first(first_channel), count(channel_count), pitch(value_pitch) {}
};

/// The channels of one vector for `pixels` pixels; `Whole` if all lanes are channels.
template <class Set, bool Whole, int Pixels, class In, class Out>
void threshold_vector(Set set, const In* values, std::int32_t pitch, std::int32_t channels, std::int32_t levels,
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
        inputs[p] = bitwise_xor(set, load(values + std::int64_t{p} * pitch), flips);
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
void threshold_step(const In* values, std::int64_t pixels, const StepChannels& channels, std::int32_t levels,
                    const std::int32_t* thresholds, const std::int32_t* flip, std::int32_t lowest, Out* codes) {
    constexpr Set set{};
    constexpr int lanes = int32_lanes(Set{});
    constexpr int unrolled_pixels = 4;
    const auto whole = channels.count / lanes * lanes;
    thresholds += channels.first;
    flip += channels.first;
    codes += channels.first;
    std::int64_t pixel = 0;
    const auto pass = [&](auto at_once) {
        const In* const from = values + pixel * channels.pitch;
        Out* const to = codes + pixel * channels.all;
        for (std::int32_t c = 0; c < whole; c += lanes) {
            threshold_vector<Set, true, at_once>(set, from + c, channels.pitch, channels.all, levels, thresholds + c,
                                                 flip + c, lowest, lanes, to + c);
        }
        if (whole < channels.count) {
            threshold_vector<Set, false, at_once>(set, from + whole, channels.pitch, channels.all, levels,
                                                  thresholds + whole, flip + whole, lowest, channels.count - whole,
                                                  to + whole);
        }
        pixel += at_once;
    };
    while (pixel + unrolled_pixels <= pixels) pass(Index<unrolled_pixels>{});
    while (pixel < pixels) pass(Index<1>{});
}

/// The words of `Pixels` neighbouring pixels for one word of channels, of which `count` there are.
template <class Set, int Pixels, class In>
void threshold_word(Set set, const In* values, std::int32_t pitch, const std::int32_t* thresholds,
                    const std::int32_t* flip, int count, BitWord (&words)[Pixels]) {
    constexpr int lanes = int32_lanes(Set{});
    for (int p = 0; p < Pixels; ++p) words[p] = 0;
    int c = 0;
    for (; c + lanes <= count; c += lanes) {
        const auto flips = load_int32(set, flip + c);
        const auto threshold = load_int32(set, thresholds + c);
        for (int p = 0; p < Pixels; ++p) {
            const auto value = bitwise_xor(set, load_int32(set, values + std::int64_t{p} * pitch + c), flips);
            words[p] |= reached_bits(set, value, threshold) << c;
        }
    }
    if (c == count) return;
    const int left = count - c;
    const auto flips = load_first_int32(set, flip + c, left);
    const auto threshold = load_first_int32(set, thresholds + c, left);
    for (int p = 0; p < Pixels; ++p) {
        const auto value = bitwise_xor(set, load_first_int32(set, values + std::int64_t{p} * pitch + c, left), flips);
        words[p] |= (reached_bits(set, value, threshold) & ((BitWord{1} << left) - 1)) << c;
    }
}

/// bit = 1 where (value ^ flip[channel]) >= thresholds[channel]: a step of one threshold whose codes are bits. values
/// is [pixels][channels], words [pixels][channels / 32, rounded up]. Some channels of all keep the bits of those before
/// them, and lose those behind them.
template <class Set, class In>
void threshold_bits(const In* values, std::int64_t pixels, const StepChannels& channels, const std::int32_t* thresholds,
                    const std::int32_t* flip, BitWord* words) {
    const std::int32_t pixel_words = words_of(channels.all);
    const std::int32_t end = channels.first + channels.count;
    const auto pass = [&](auto at_once) {
        constexpr int count = decltype(at_once)::value;
        BitWord found[count];
        for (std::int32_t c = channels.first; c < end;) {
            const std::int32_t bit = c % bits_per_word;
            const std::int32_t left = end - c;
            const std::int32_t now = left < bits_per_word - bit ? left : bits_per_word - bit;
            threshold_word(Set{}, values + (c - channels.first), channels.pitch, thresholds + c, flip + c, now, found);
            const BitWord before = (BitWord{1} << bit) - 1;
            for (int p = 0; p < count; ++p) {
                BitWord& word = words[std::int64_t{p} * pixel_words + c / bits_per_word];
                word = bit == 0 ? found[p] : (word & before) | found[p] << bit;
            }
            c += now;
        }
        values += std::int64_t{count} * channels.pitch;
        words += std::int64_t{count} * pixel_words;
        pixels -= count;
    };
    while (pixels >= 4) pass(Index<4>{});
    while (pixels > 0) pass(Index<1>{});
}

/// The planes of `Pixels` neighbouring pixels for one word of channels, of which `count` there are.
template <class Set, int Planes, int Pixels, class In>
void threshold_plane_word(Set set, const In* values, std::int32_t pitch, std::int32_t channels, std::int32_t levels,
                          const std::int32_t* thresholds, const std::int32_t* flip, int first_bit, int count,
                          BitWord (&words)[Pixels][Planes]) {
    constexpr int lanes = int32_lanes(Set{});
    using Vector = decltype(zero_int32(set));
    for (auto& planes : words) {
        for (BitWord& word : planes) word = 0;
    }
    const auto channels_of_vector = [&](int c, BitWord among, const auto& load) __attribute__((always_inline)) {
        const Vector flips = load(flip + c);
        Vector inputs[Pixels];
        Vector counts[Pixels];
        INTAGLIO_UNROLLED (p, Pixels) {
            inputs[p] = bitwise_xor(set, load(values + std::int64_t{p} * pitch + c), flips);
            counts[p] = zero_int32(set);
        }
        const std::int32_t* level_thresholds = thresholds + c;
        for (std::int32_t level = 0; level < levels; ++level, level_thresholds += channels) {
            const Vector threshold = load(level_thresholds);
            INTAGLIO_UNROLLED (p, Pixels) {
                counts[p] = count_reached(set, counts[p], inputs[p], threshold);
            }
        }
        INTAGLIO_UNROLLED (p, Pixels) {
            INTAGLIO_UNROLLED (plane, Planes) {
                words[p][plane] |= (bits_of_lanes(set, counts[p], first_bit + plane) & among) << c;
            }
        }
    };
    int c = 0;
    for (; c + lanes <= count; c += lanes) {
        channels_of_vector(
            c, ~BitWord{0}, [=](const auto* from) __attribute__((always_inline)) { return load_int32(set, from); });
    }
    if (c == count) return;
    const int left = count - c;
    channels_of_vector(
        c, (BitWord{1} << left) - 1, [=](const auto* from) __attribute__((always_inline)) {
            return load_first_int32(set, from, left);
        });
}

/// The states, number of m in [0, levels) with (value ^ flip[channel]) >= thresholds[m][channel], in so many planes.
/// With first_bit = 1 the states are half of these numbers. values is [pixels][channels], words [pixels][channels / 32,
/// rounded up][plane]. Some channels of all keep the bits of those before them, and lose those behind them.
template <class Set, int Planes, class In>
void threshold_planes(const In* values, std::int64_t pixels, const StepChannels& channels, std::int32_t levels,
                      const std::int32_t* thresholds, const std::int32_t* flip, int first_bit, BitWord* words) {
    const std::int32_t pixel_words = words_of(channels.all) * Planes;
    const std::int32_t end = channels.first + channels.count;
    const auto pass = [&](auto at_once) {
        constexpr int count = decltype(at_once)::value;
        BitWord found[count][Planes];
        for (std::int32_t c = channels.first; c < end;) {
            const std::int32_t bit = c % bits_per_word;
            const std::int32_t left = end - c;
            const std::int32_t now = left < bits_per_word - bit ? left : bits_per_word - bit;
            threshold_plane_word(Set{}, values + (c - channels.first), channels.pitch, channels.all, levels,
                                 thresholds + c, flip + c, first_bit, now, found);
            const BitWord before = (BitWord{1} << bit) - 1;
            for (int p = 0; p < count; ++p) {
                BitWord* const planes = words + std::int64_t{p} * pixel_words + c / bits_per_word * Planes;
                for (int plane = 0; plane < Planes; ++plane) {
                    planes[plane] = bit == 0 ? found[p][plane] : (planes[plane] & before) | found[p][plane] << bit;
                }
            }
            c += now;
        }
        values += std::int64_t{count} * channels.pitch;
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
void dyadic_step(const In* values, std::int64_t pixels, const StepChannels& channels, const std::int32_t* multiplier,
                 const std::int64_t* addend, const std::uint8_t* shift, std::int32_t lowest, std::int32_t highest,
                 Out* codes, DyadicSharing shared = {}) {
    constexpr simd::WideProductSet<Set> set{};
    constexpr int lanes = int32_lanes(set);
    const std::int32_t whole = channels.count / lanes * lanes;
    if (!shared.multiplier) {
        multiplier += channels.first;
        shift += channels.first;
    }
    if (!shared.addend) addend += channels.first;
    codes += channels.first;
    // The parameters of the last channels, filled up to a vector; all the same where they are shared.
    std::int32_t last_multiplier[lanes] = {};
    std::int64_t last_addend[lanes] = {};
    std::uint8_t last_shift[lanes] = {};
    for (std::int32_t i = 0; i < lanes; ++i) {
        const std::int32_t c = whole + i < channels.count ? whole + i : whole;
        const std::int32_t m = shared.multiplier ? 0 : c;
        if (shared.multiplier || c < channels.count) {
            last_multiplier[i] = multiplier[m];
            last_shift[i] = shift[m];
        }
        if (shared.addend || c < channels.count) last_addend[i] = addend[shared.addend ? 0 : c];
    }
    for (std::int64_t start = 0; start < pixels; start += step_block_pixels) {
        const std::int64_t end = start + step_block_pixels < pixels ? start + step_block_pixels : pixels;
        for (std::int32_t c = 0; c < whole; c += lanes) {
            const auto dyadic =
                load_dyadic(set, shared.multiplier ? last_multiplier : multiplier + c,
                            shared.addend ? last_addend : addend + c, shared.multiplier ? last_shift : shift + c);
            for (std::int64_t p = start; p < end; ++p) {
                const auto value = load_int32(set, values + p * channels.pitch + c);
                store(set, codes + p * channels.all + c, apply_dyadic(set, value, dyadic, lowest, highest));
            }
        }
        if (whole == channels.count) continue;
        const auto dyadic = load_dyadic(set, last_multiplier, last_addend, last_shift);
        const int left = channels.count - whole;
        for (std::int64_t p = start; p < end; ++p) {
            const auto value = load_first_int32(set, values + p * channels.pitch + whole, left);
            store_first(set, codes + p * channels.all + whole, apply_dyadic(set, value, dyadic, lowest, highest), left);
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
