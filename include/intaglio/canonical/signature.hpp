// The signature of a network, line by line: as text for people and files, as numbers for the compiler.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/model/parameter_text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace canonical_detail {

/// Takes words and whole numbers, one after the other.
template <class Out>
concept TextSink = requires(Out& out) {
    out.add("word");
    out.add(std::int64_t{1});
};

/// FNV-1a of 64 bits (Fowler, Noll, Vo) of a text.
class TextHash {
  public:
    constexpr void add(const char* word) {
        for (; *word != '\0'; ++word) add_letter(*word);
    }
    constexpr void add(std::int64_t number) {
        char digits[20] = {};
        std::size_t count = 0;
        if (number < 0) add_letter('-');
        for (; count == 0 || number != 0; number /= 10) {
            const std::int64_t digit = number % 10;
            digits[count++] = static_cast<char>('0' + (digit < 0 ? -digit : digit));
        }
        while (count > 0) add_letter(digits[--count]);
    }
    [[nodiscard]] constexpr std::uint64_t value() const { return hash_; }

  private:
    constexpr void add_letter(char letter) { hash_ = (hash_ ^ static_cast<unsigned char>(letter)) * 1099511628211U; }
    std::uint64_t hash_ = 14695981039346656037U;
};

template <class Out>
constexpr void add_all(Out& out, const auto&... parts) {
    const auto add = [&](const auto& part) {
        if constexpr (std::integral<std::remove_cvref_t<decltype(part)>>) {
            out.add(static_cast<std::int64_t>(part));
        } else {
            out.add(static_cast<const char*>(part));
        }
    };
    (add(parts), ...);
}

/// A layer's place as a person reads it: "6.repetition 2.1".
constexpr void add_path(TextSink auto& out, const Path& path) {
    for (int i = 0; i < path.printed(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const Part part = path.part[at];
        const bool counts = part == Part::number && i > 0 &&
                            (path.part[at - 1] == Part::repetition || path.part[at - 1] == Part::branch);
        if (i > 0) out.add(counts ? " " : ".");
        switch (part) {
            case Part::main:
                out.add("main");
                break;
            case Part::shortcut:
                out.add("shortcut");
                break;
            case Part::repetition:
                out.add("repetition");
                break;
            case Part::branch:
                out.add("branch");
                break;
            case Part::gate:
                out.add("gate");
                break;
            case Part::number:
                add_all(out, path.index[at]);
                break;
        }
    }
}

/// "14x14x64", or "10" for a vector.
constexpr void add_shape(TextSink auto& out, Shape shape) {
    if (shape.pixels() != 1) add_all(out, shape.height, "x", shape.width, "x");
    add_all(out, shape.channels);
}

/// The name of a row's norm, surrogate or standardisation; that of a norm with its epsilon if it is not the default.
constexpr void add_detail(TextSink auto& out, const Row& row) {
    NameParts parts;
    parts.add(row.detail);
    if (row.epsilon > 0 && row.epsilon != default_epsilon) parts.add("epsilon", row.epsilon);
    out.add(static_cast<const char*>(parts.text.data));
}

constexpr void add_extents(TextSink auto& out, const ConvolutionExtents& e) {
    add_all(out, ", kernel ", e.kernel_height, "x", e.kernel_width, ", stride ", e.stride_height, "x", e.stride_width,
            ", padding ", e.padding_height, "x", e.padding_width);
    if (e.padding_below() > e.padding_height || e.padding_right() > e.padding_width) {
        add_all(out, " and ", e.padding_below(), "x", e.padding_right(), " behind");
    }
    add_all(out, ", groups ", e.groups);
    if (e.padding_code != 0) add_all(out, ", padding code ", e.padding_code);
    for (std::int32_t c = 0; c < e.padding_codes.count; ++c) {
        add_all(out, c == 0 ? ", padding value " : " ", e.padding_code_of(c));
    }
    if (e.dilation != 1) add_all(out, ", dilation ", e.dilation);
}

/// The line of a row.
constexpr void add_row_line(TextSink auto& out, const FactsView& table, const Row& row) {
    const ConvolutionExtents& e = row.extents;
    const Value& value = table.value(row.output);
    out.add("layer ");
    add_path(out, row.path);
    add_all(out, ": ", row.kind, " ");
    add_detail(out, row);
    if (row.weights > 0 && row.weight_states == 0) out.add(", real weights");
    if (row.weights > 0 && row.weight_states != 0) add_all(out, ", weights of ", row.weight_states, " states");
    if (row.weights > 0 && *row.quantizer != '\0') add_all(out, " (", row.quantizer, ")");
    if (e.kernel_height * e.kernel_width * e.stride_height * e.stride_width > 1 || row.weights > 0) add_extents(out, e);
    if (row.dropout_threshold != 0) add_all(out, ", threshold ", row.dropout_threshold, " of 2^32");
    if (row.channels_before != 0) add_all(out, ", ", row.channels_before, " channels in front");
    if (row.settings != decltype(row.settings){}) {
        add_all(out, ", settings ", row.settings[0], " and ", row.settings[1]);
    }
    const bool multiplies =
        row.scale.given || &row == table.rows.data + table.rows.size - 1 || (row.steps > 0 && !row.has_thresholds());
    if (multiplies) add_all(out, ", multipliers of ", row.scale.precision, " bits");
    add_all(out, ", values ", row.input);
    if (row.second_input != none) add_all(out, " and ", row.second_input);
    out.add(", out ");
    add_shape(out, value.shape);
    if (value.storage == Storage::float32) {
        out.add(", real numbers");
    } else {
        add_all(out, ", codes ", row.codes.lowest, " .. ", row.codes.highest, " / ", value.denominator);
    }
    if (row.code_spacing != 1) add_all(out, " in steps of ", row.code_spacing);
    add_all(out, ", gains ", row.gains, ", biases ", row.biases);
    if (row.trained_parameters > 0) add_all(out, ", ", row.trained->name, " ", row.trained_parameters);
}

}  // namespace canonical_detail

/// Writes line `line` of the signature of a network: 0 is that of its input, each row has the next. Two networks have
/// the same signature only if the numbers of their models mean the same.
constexpr void add_signature_line(canonical_detail::TextSink auto& out, const FactsView& table, std::size_t line) {
    if (line > 0) return canonical_detail::add_row_line(out, table, table.rows[line - 1]);
    out.add("input ");
    canonical_detail::add_shape(out, table.value(0).shape);
}

/// FNV-1a of 64 bits of a line of the signature of a network.
constexpr std::uint64_t signature_hash(const FactsView& table, std::size_t line) {
    canonical_detail::TextHash hash;
    add_signature_line(hash, table, line);
    return hash.value();
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
