// Images of codes of two values as bits, 32 channels in a word.
#pragma once

#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

inline constexpr std::int32_t bits_per_word = 32;

/// 32 channels of a pixel: bit i is 1 for the higher of the two codes in channel i, and 0 after the last channel. Each
/// pixel begins a word. Codes that are numbers are never of this type.
using BitWord = std::uint32_t;

/// Words of a pixel.
[[nodiscard]] constexpr std::int32_t words_of(std::int32_t channels) {
    return static_cast<std::int32_t>(round_up(channels, bits_per_word) / bits_per_word);
}

/// The codes of an image of words.
template <class Code>
void unpack_bits(const BitWord* words, Shape shape, Code lower, Code higher, Code* codes) {
    const std::int32_t pixel = words_of(shape.channels);
    for (std::int64_t p = 0; p < shape.pixels(); ++p, words += pixel) {
        for (std::int32_t c = 0; c < shape.channels; ++c) {
            *codes++ = (words[c / bits_per_word] >> (c % bits_per_word) & 1U) != 0 ? higher : lower;
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
