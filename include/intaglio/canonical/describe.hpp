// Words for the parts of a network: places, shapes, ranges, and the whole as text that identifies the model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "intaglio/canonical/signature.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/network.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace canonical_detail {

/// Words and numbers, as a string.
class TextString {
  public:
    [[gnu::cold]] void add(const char* word) { text += word; }
    [[gnu::cold]] void add(std::int64_t number) { TextPart(number).add_to(text); }
    std::string text;
};

}  // namespace canonical_detail

/// Writes a layer's place as a person reads it: "6.repetition 2.1".
[[gnu::cold]] inline std::string path_text(const Path& path) {
    canonical_detail::TextString out;
    canonical_detail::add_path(out, path);
    return out.text;
}

/// "layer 6.repetition 2.1"
[[gnu::cold]] inline std::string layer_text(const Path& path) {
    return joined({"layer ", path_text(path)});
}
/// "layer 6.repetition 2.1 (product)"
[[gnu::cold]] inline std::string place_text(const Row& row) {
    return joined({layer_text(row.path), " (", row.kind, ")"});
}

/// "14x14x64", or "10" for a vector.
[[gnu::cold]] inline std::string shape_text(Shape shape) {
    canonical_detail::TextString out;
    canonical_detail::add_shape(out, shape);
    return out.text;
}
/// "0 .. 3"
[[gnu::cold]] inline std::string range_text(CodeRange range) {
    return joined({range.lowest, " .. ", range.highest});
}

/// The name of a row's norm, surrogate or standardisation; that of a norm with its epsilon if it is not the default.
[[gnu::cold]] inline std::string detail_text(const Row& row) {
    canonical_detail::TextString out;
    canonical_detail::add_detail(out, row);
    return out.text;
}

/// Line `line` of model_signature, without its end.
[[gnu::cold]] inline std::string signature_line(const FactsView& table, std::size_t line) {
    canonical_detail::TextString out;
    add_signature_line(out, table, line);
    return out.text;
}

/// Text that two model types share only if their parameters mean the same: one line per operation.
[[gnu::cold]] inline std::string model_signature(const FactsView& table) {
    std::string text;
    for (std::size_t line = 0; line <= table.rows.size; ++line) text += signature_line(table, line) + '\n';
    return text;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
