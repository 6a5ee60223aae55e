// A data set of short signals that needs no file: words of four sounds, whose order is the class.
//
// All arithmetic is on integers, so a seed gives the same codes with every compiler, flag and processor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "intaglio/core/array.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/data/dataset.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// What synthetic_keywords makes besides the number and the seed.
struct KeywordSettings {
    std::int32_t length = 1024;  ///< codes of a signal, 256 ... 65536
    std::int32_t classes = 8;    ///< words, 2 ... 24
    std::int32_t noise = 4000;   ///< largest absolute value of the white noise, 0 ... 16384; a word has up to 16000
};

namespace data_detail {

/// 32767 * sin(2 pi phase / 2^32), to 0.2 % of the amplitude: two parabolas, corrected by their square.
constexpr std::int32_t integer_sine(std::uint32_t phase) {
    const std::int32_t t = static_cast<std::int32_t>(phase) >> 16;  // -32768 ... 32767: half a turn to either side
    const std::int32_t parabola = t * (32768 - (t < 0 ? -t : t)) >> 13;
    const std::int32_t square = parabola * (parabola < 0 ? -parabola : parabola) >> 15;
    return std::clamp((25395 * parabola + 7373 * square) >> 15, -32767, 32767);
}

/// Uniform in low ... high.
constexpr std::int32_t uniform(Random& random, std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(high - low) + 1));
}

enum class KeywordSound : std::uint8_t { low, high, rising, falling };

/// The four sounds in the order of a word: the permutations of low, high, rising, falling. Neighbouring numbers are
/// far apart in lexicographic order, so that few classes differ early, too.
constexpr Array<KeywordSound, 4> keyword_sounds(std::int32_t word) {
    std::int32_t rank = word * 7 % 24;
    Array<KeywordSound, 4> left{{KeywordSound::low, KeywordSound::high, KeywordSound::rising, KeywordSound::falling}};
    Array<KeywordSound, 4> sounds{};
    std::int32_t permutations = 6;
    for (std::int32_t place = 0; place < 4; ++place) {
        auto pick = static_cast<std::size_t>(rank / permutations);
        rank %= permutations;
        permutations = place < 3 ? permutations / (3 - place) : 1;
        sounds[static_cast<std::size_t>(place)] = left[pick];
        for (; pick + 1 < 4; ++pick) left[pick] = left[pick + 1];
    }
    return sounds;
}

/// Adds one sound of `count` codes: two partials whose frequencies go in a straight line, in and out by a ramp.
inline void add_sound(std::vector<std::int32_t>& signal, std::int32_t begin, std::int32_t count, KeywordSound sound,
                      std::int64_t base, std::int32_t loudness, std::int32_t second_partial) {
    const bool starts_high = sound == KeywordSound::high || sound == KeywordSound::falling;
    const bool ends_high = sound == KeywordSound::high || sound == KeywordSound::rising;
    const std::int64_t from = starts_high ? 4 * base : base;
    const std::int64_t to = ends_high ? 4 * base : base;
    const std::int32_t ramp = std::max(count / 8, 1);
    std::uint32_t phase = 0;
    for (std::int32_t i = 0; i < count; ++i) {
        const std::int32_t envelope = std::min({i, count - 1 - i, ramp}) * 256 / ramp;
        const std::int32_t wave =
            integer_sine(phase) * (256 - second_partial) / 256 + integer_sine(2 * phase) * second_partial / 256;
        signal[static_cast<std::size_t>(begin + i)] +=
            static_cast<std::int32_t>(std::int64_t{wave} * envelope * loudness / (std::int64_t{256} * 32768));
        phase += static_cast<std::uint32_t>(from + (to - from) * i / count);
    }
}

/// The codes of one word, before they are rounded to the type of the data set.
inline void make_keyword(std::vector<std::int32_t>& signal, std::int32_t word, Random random,
                         const KeywordSettings& settings) {
    const std::int32_t length = settings.length;
    signal.assign(static_cast<std::size_t>(length), 0);
    // 2^32 is one turn: the low tone has 0.025 ... 0.04 turns per code, the high one four times as many.
    const std::int64_t base = uniform(random, 107374182, 171798692);
    const std::int32_t loudness = uniform(random, 5000, 16000);
    const std::int32_t second_partial = uniform(random, 0, 128);
    Array<std::int32_t, 4> counts{};
    std::int32_t word_length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        counts[i] = uniform(random, length * 12 / 100, length * 20 / 100);
        word_length += counts[i];
    }
    std::int32_t position = uniform(random, 0, length - word_length);
    const auto sounds = keyword_sounds(word);
    for (std::size_t i = 0; i < 4; ++i) {
        add_sound(signal, position, counts[i], sounds[i], base, loudness, second_partial);
        position += counts[i];
    }
    if (settings.noise == 0) return;
    for (std::int32_t& code : signal) {
        const std::uint32_t bits = random();
        // The sum of two uniform numbers of 16 bits, around 0: -65535 ... 65535.
        const auto sum = static_cast<std::int32_t>((bits & 0xffffu) + (bits >> 16)) - 65535;
        code += sum * settings.noise / 65536;
    }
}

}  // namespace data_detail

/// `count` signals, [1][length][1], of equally many words: sample i has label i modulo the number of classes, and
/// depends on the seed, i and the settings only. A word is the four sounds low tone, high tone, rising and falling
/// chirp in an order of its own. All words have the same energy on average and almost the same spectrum: what tells
/// them apart is what follows what. Pitch (by a factor of 1.6), loudness (3.2), timbre, the length of each sound (1.7)
/// and the onset are drawn for each sample; then white noise is added. 16-bit codes are in -32768 ... 32767; 8-bit
/// codes are these over 256, rounded half up. Errors: std::invalid_argument when a setting is out of range.
template <PixelCode Pixel = std::int16_t>
[[nodiscard]] BasicDataset<Pixel> synthetic_keywords(std::size_t count, std::uint64_t seed,
                                                     const KeywordSettings& settings = {}) {
    static_assert(std::is_signed_v<Pixel>, "the codes of a signal have a sign");
    const auto require = [](const char* what, std::int32_t value, std::int32_t low, std::int32_t high) {
        if (low <= value && value <= high) return;
        throw std::invalid_argument(
            joined({"synthetic keywords: ", what, " is ", value, ", not in ", low, " ... ", high}));
    };
    require("length", settings.length, 256, 65536);
    require("classes", settings.classes, 2, 24);
    require("noise", settings.noise, 0, 16384);

    BasicDataset<Pixel> data;
    data.shape = {1, settings.length, 1};
    data.classes = settings.classes;
    data.name = "synthetic keywords";
    for (std::int32_t word = 0; word < settings.classes; ++word) {
        const char* const names[] = {"low", "high", "rising", "falling"};
        std::string name;
        for (const auto sound : data_detail::keyword_sounds(word)) {
            if (!name.empty()) name += '-';
            name += names[static_cast<std::size_t>(sound)];
        }
        data.class_names.push_back(std::move(name));
    }
    data.labels.reserve(count);
    data.pixels.reserve(count * static_cast<std::size_t>(settings.length));
    std::vector<std::int32_t> signal;
    for (std::size_t index = 0; index < count; ++index) {
        const auto word = static_cast<std::int32_t>(index % static_cast<std::size_t>(settings.classes));
        data_detail::make_keyword(signal, word, Random(seed, index), settings);
        data.labels.push_back(static_cast<std::uint8_t>(word));
        constexpr int dropped_bits = 16 - std::numeric_limits<std::make_unsigned_t<Pixel>>::digits;
        for (const std::int32_t code : signal) {
            const std::int32_t rounded = (code + (1 << dropped_bits >> 1)) >> dropped_bits;
            data.pixels.push_back(static_cast<Pixel>(std::clamp<std::int32_t>(
                rounded, std::numeric_limits<Pixel>::min(), std::numeric_limits<Pixel>::max())));
        }
    }
    return data;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
