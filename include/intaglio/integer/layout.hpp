// How values lie in memory between the operations of the integer program: one decision for each value, on which its
// writer and all its readers agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/kernels/bit_words.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

/// How a value lies in memory; the later, the denser.
enum class Layout : std::uint8_t {
    codes,  ///< numbers of the value's storage type
    bits    ///< words of 32 channels, a bit for each code, 1 for the higher of two: see kernels::BitWord
};

constexpr const char* name(Layout layout) {
    return layout == Layout::bits ? "bits" : "codes";
}

/// The type of the elements of a value in memory.
template <Storage S, Layout L>
using element_type = std::conditional_t<L == Layout::bits, kernels::BitWord, typename StorageType<S>::type>;

/// Elements of a pixel.
template <class Element>
constexpr std::int32_t pixel_elements(std::int32_t channels) {
    return std::is_same_v<Element, kernels::BitWord> ? kernels::words_of(channels) : channels;
}
/// The shape of an image as it is stored: with words for channels, if these are bits.
template <class Element>
constexpr Shape stored_shape(Shape shape) {
    shape.channels = pixel_elements<Element>(shape.channels);
    return shape;
}
constexpr std::int64_t bytes(const Value& value, Layout layout) {
    return layout == Layout::bits ? stored_shape<kernels::BitWord>(value.shape).size() * 4
                                  : value.shape.size() * bytes(value.storage);
}

/// What an operation says about layouts. `codes` is always possible; without a word, it is all that is.
struct Layouts {
    Layout reads = Layout::codes;   ///< the densest layout of the first operand that it reads; the second is codes
    Layout writes = Layout::codes;  ///< the densest layout that it writes
    /// The result has the layout of the first operand, whichever that is; `reads` and `writes` then say nothing.
    bool keeps = false;
};

/// The layout of each value: the densest that its writer writes and all its readers read.
template <std::size_t Rows>
constexpr auto agree_on_layouts(const FactsView& facts, const Array<Layouts, Rows>& operations) {
    Array<Layout, Rows + 1> layouts{};
    Array<bool, Rows + 1> is_read{};
    const auto index = [](std::int32_t value) { return static_cast<std::size_t>(value); };
    const auto densest_common = [](Layout a, Layout b) { return a < b ? a : b; };
    // From the last row back: what all readers can read. What nobody reads is a result: codes.
    const auto read_as = [&](std::int32_t value, Layout layout) {
        Layout& known = layouts[index(value)];
        known = is_read[index(value)] ? densest_common(known, layout) : layout;
        is_read[index(value)] = true;
    };
    for (std::size_t i = Rows; i-- > 0;) {
        const Row& row = facts.rows[i];
        read_as(row.input, operations[i].keeps ? layouts[index(row.output)] : operations[i].reads);
        if (row.second_input != none) read_as(row.second_input, Layout::codes);
    }
    // From the first row on: what the writer gives. The network's input is codes.
    layouts[0] = Layout::codes;
    for (std::size_t i = 0; i < Rows; ++i) {
        const Row& row = facts.rows[i];
        Layout& layout = layouts[index(row.output)];
        layout = densest_common(layout, operations[i].keeps ? layouts[index(row.input)] : operations[i].writes);
    }
    return layouts;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
