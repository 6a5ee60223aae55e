// Images of codes of few states as bit planes, 32 channels in a word.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

inline constexpr std::int32_t bits_per_word = 32;
inline constexpr std::int32_t most_planes = 4;

/// One plane of 32 channels of a pixel: bit i belongs to channel i, and is 0 after the last channel. Each pixel begins
/// a word. Codes that are numbers are never of this type.
using BitWord = std::uint32_t;

/// 32 channels of a pixel: bit i of plane p is bit p of the state of channel i; see PlaneForm.
template <int Planes>
struct PlaneWords {
    BitWord plane[Planes];

    PlaneWords() = default;
    /// All channels in one state.
    constexpr explicit PlaneWords(std::int64_t state) {
        for (int p = 0; p < Planes; ++p) plane[p] = (state >> p & 1) != 0 ? ~BitWord{0} : 0;
    }
};

/// The type of the elements of an image in planes: one for each 32 channels of a pixel.
template <int Planes>
using PlaneElement = std::conditional_t<Planes == 1, BitWord, PlaneWords<Planes>>;

/// Planes of an element; 0 for codes that are numbers.
template <class Element>
inline constexpr int planes_of = 0;
template <>
inline constexpr int planes_of<BitWord> = 1;
template <int Planes>
inline constexpr int planes_of<PlaneWords<Planes>> = Planes;

/// The first plane of the first element.
template <class Element>
[[nodiscard]] const BitWord* words_in(const Element* elements) {
    static_assert(sizeof(Element) == planes_of<Element> * sizeof(BitWord));
    return reinterpret_cast<const BitWord*>(elements);
}
template <class Element>
[[nodiscard]] BitWord* words_in(Element* elements) {
    static_assert(sizeof(Element) == planes_of<Element> * sizeof(BitWord));
    return reinterpret_cast<BitWord*>(elements);
}

/// How the codes lowest, lowest + spacing, ... of a value stand in planes: code = lowest + spacing * state.
struct PlaneForm {
    std::int32_t lowest = 0;
    std::int32_t spacing = 1;  ///< 1 or 2
    std::int32_t planes = 0;   ///< as many as the states need; 0 if these do not lie in planes

    constexpr bool operator==(const PlaneForm&) const = default;
};
/// Codes of one state, or of more than 16, or further apart than 2, do not lie in planes.
[[nodiscard]] constexpr PlaneForm plane_form(CodeRange codes, std::int64_t spacing) {
    const std::int64_t last = codes.highest - codes.lowest;
    if (spacing < 1 || spacing > 2 || last <= 0 || last / spacing >= 1 << most_planes) return {};
    PlaneForm form{static_cast<std::int32_t>(codes.lowest), static_cast<std::int32_t>(spacing), 1};
    while (last / spacing >> form.planes != 0) ++form.planes;
    return form;
}

/// Elements of a pixel.
[[nodiscard]] constexpr std::int32_t words_of(std::int32_t channels) {
    return static_cast<std::int32_t>(round_up(channels, bits_per_word) / bits_per_word);
}

/// The codes of an image in planes.
template <class Code>
void unpack_planes(const BitWord* words, Shape shape, const PlaneForm& form, Code* codes) {
    const std::int32_t pixel = words_of(shape.channels) * form.planes;
    for (std::int64_t p = 0; p < shape.pixels(); ++p, words += pixel) {
        for (std::int32_t c = 0; c < shape.channels; ++c) {
            const BitWord* const planes = words + c / bits_per_word * form.planes;
            std::int32_t state = 0;
            for (std::int32_t plane = form.planes; plane-- > 0;) {
                state = state + state + static_cast<std::int32_t>(planes[plane] >> (c % bits_per_word) & 1U);
            }
            *codes++ = static_cast<Code>(form.lowest + (form.spacing == 2 ? state + state : state));
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
