// How values lie in memory between the operations of the integer program: one decision for each value, on which its
// writer and all its readers agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/kernels/planes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

/// How a value lies in memory; the later, the denser.
enum class Layout : std::uint8_t {
    codes,  ///< numbers of the value's storage type
    planes  ///< words of 32 channels, as many bits for each code as its state takes: see kernels::PlaneForm
};

/// The name of a layout of so many planes; 0 for codes.
constexpr const char* layout_name(int planes) {
    return planes == 0 ? "codes" : planes == 1 ? "bits" : "planes";
}

/// How far neighbouring codes of a value lie apart, at least: codes that are picked or added have the distance of the
/// others.
constexpr std::int32_t code_spacing(const FactsView& facts, std::int32_t value) {
    while (value > 0) {
        const Row& row = facts.writer(value);
        if (row.steps > 0) return static_cast<std::int32_t>(row.code_spacing);
        if (!row.picks_codes && !row.sums_codes) return 1;
        if (row.second_input != none) {
            const std::int32_t spacing = code_spacing(facts, row.second_input);
            const std::int64_t between =
                facts.value(row.input).codes.lowest - facts.value(row.second_input).codes.lowest;
            return code_spacing(facts, row.input) == spacing && between % spacing == 0 ? spacing : 1;
        }
        value = row.input;
    }
    return 1;
}

/// How a value would lie in planes; none if it cannot.
constexpr kernels::PlaneForm plane_form(const FactsView& facts, std::int32_t value) {
    const Value& it = facts.value(value);
    if (value == 0 || it.storage == Storage::float32) return {};
    return kernels::plane_form(it.codes, code_spacing(facts, value));
}

/// The type of the elements of a value in memory: codes, or so many planes.
template <Storage S, int Planes>
struct Element {
    using type = kernels::PlaneElement<Planes>;
};
template <Storage S>
struct Element<S, 0> : StorageType<S> {};
template <Storage S, int Planes>
using element_type = typename Element<S, Planes>::type;

/// Elements of a pixel.
template <class Element>
constexpr std::int32_t pixel_elements(std::int32_t channels) {
    return kernels::planes_of<Element> > 0 ? kernels::words_of(channels) : channels;
}
/// The shape of an image as it is stored: with words for channels, if these are planes.
template <class Element>
constexpr Shape stored_shape(Shape shape) {
    shape.channels = pixel_elements<Element>(shape.channels);
    return shape;
}
/// Bytes of a value in so many planes; 0 for codes.
constexpr std::int64_t bytes(const Value& value, int planes) {
    return planes > 0 ? stored_shape<kernels::BitWord>(value.shape).size() * 4 * planes
                      : value.shape.size() * bytes(value.storage);
}

/// What an operation says about layouts. `codes` is always possible; without a word, it is all that is.
struct Layouts {
    Layout reads = Layout::codes;   ///< the densest layout of the first operand that it reads; the second is codes
    Layout writes = Layout::codes;  ///< the densest layout that it writes
    /// The result has the layout of the first operand, whichever that is; `reads` and `writes` then say nothing.
    bool keeps = false;
    bool keeps_second = false;  ///< and the second operand has it, too
    bool own_form = false;      ///< but planes of the result have a form of their own
};

/// How each value lies: in planes if its writer writes them and all its readers read them, otherwise as codes. A form
/// without planes stands for codes.
template <std::size_t Rows>
constexpr auto agree_on_layouts(const FactsView& facts, const Array<Layouts, Rows>& operations) {
    Array<kernels::PlaneForm, Rows + 1> forms{};
    bool changed = false;
    const auto form = [&](std::int32_t value) -> kernels::PlaneForm& { return forms[static_cast<std::size_t>(value)]; };
    const auto leave_codes = [&](std::int32_t value, bool in_planes) {
        if (in_planes || value == none || form(value).planes == 0) return;
        form(value) = {};
        changed = true;
    };
    // What nobody reads is a result: codes. So is the network's input.
    for (const Row& row : facts.rows) {
        for (const std::int32_t value : {row.input, row.second_input}) {
            if (value != none) form(value) = plane_form(facts, value);
        }
    }
    // Whatever has to be codes makes others codes; most of it on the way back, some on the way forth.
    const auto visit = [&](std::size_t i) {
        const Row& row = facts.rows[i];
        const Layouts& said = operations[i];
        if (!said.keeps) {
            leave_codes(row.input, said.reads == Layout::planes);
            leave_codes(row.second_input, false);
            leave_codes(row.output, said.writes == Layout::planes);
            return;
        }
        const auto agrees = [&](std::int32_t value) { return form(value) == form(row.output); };
        const bool same = said.own_form ? form(row.input).planes > 0
                                        : agrees(row.input) && (!said.keeps_second || agrees(row.second_input));
        const bool in_planes = same && form(row.output).planes > 0;
        leave_codes(row.input, in_planes);
        leave_codes(row.second_input, in_planes && said.keeps_second);
        leave_codes(row.output, in_planes);
    };
    do {
        changed = false;
        for (std::size_t i = Rows; i-- > 0;) visit(i);
        for (std::size_t i = 0; i < Rows; ++i) visit(i);
    } while (changed);
    return forms;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
