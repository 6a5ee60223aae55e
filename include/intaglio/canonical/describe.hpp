// Words for the parts of a network: places, shapes, ranges, and the whole as text that identifies the model.
#pragma once

#include <cstdint>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/model/parameter_text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Writes a layer's place as a person reads it: "6.repetition 2.1".
[[gnu::cold]] inline std::string path_text(const Path& path) {
    std::string text;
    for (int i = 0; i < path.printed(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const Part part = path.part[at];
        const bool counts = part == Part::number && i > 0 &&
                            (path.part[at - 1] == Part::repetition || path.part[at - 1] == Part::branch);
        if (!text.empty()) text += counts ? " " : ".";
        text += part == Part::main         ? "main"
                : part == Part::shortcut   ? "shortcut"
                : part == Part::repetition ? "repetition"
                : part == Part::branch     ? "branch"
                : part == Part::gate       ? "gate"
                                           : std::to_string(path.index[at]);
    }
    return text;
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
    if (shape.pixels() == 1) return std::to_string(shape.channels);
    return joined({shape.height, "x", shape.width, "x", shape.channels});
}
/// "0 .. 3"
[[gnu::cold]] inline std::string range_text(CodeRange range) {
    return joined({range.lowest, " .. ", range.highest});
}

/// The name of a row's norm, surrogate or standardisation; that of a norm with its epsilon if it is not the default.
[[gnu::cold]] inline std::string detail_text(const Row& row) {
    NameParts parts;
    parts.add(row.detail);
    if (row.epsilon > 0 && row.epsilon != default_epsilon) parts.add("epsilon", row.epsilon);
    return parts.text.data;
}

/// Text that two model types share only if their parameters mean the same: one line per operation.
[[gnu::cold]] inline std::string model_signature(const FactsView& table) {
    std::string text = joined({"input ", shape_text(table.value(0).shape), "\n"});
    for (const Row& row : table.rows) {
        const ConvolutionExtents& e = row.extents;
        const Value& out = table.value(row.output);
        text += joined({layer_text(row.path), ": ", row.kind, " ", detail_text(row)});
        if (row.weights > 0) {
            text += row.weight_states == 0 ? std::string(", real weights")
                                           : joined({", weights of ", row.weight_states, " states"});
            if (*row.quantizer != '\0') text += joined({" (", row.quantizer, ")"});
        }
        if (e.kernel_height * e.kernel_width * e.stride_height * e.stride_width > 1 || row.weights > 0) {
            text += joined({", kernel ", e.kernel_height, "x", e.kernel_width, ", stride ", e.stride_height, "x",
                            e.stride_width, ", padding ", e.padding_height, "x", e.padding_width});
            if (e.padding_below() > e.padding_height || e.padding_right() > e.padding_width) {
                text += joined({" and ", e.padding_below(), "x", e.padding_right(), " behind"});
            }
            text += joined({", groups ", e.groups});
            if (e.padding_code != 0) text += joined({", padding code ", e.padding_code});
            for (std::int32_t c = 0; c < e.padding_codes.count; ++c) {
                text += joined({(c == 0 ? ", padding value " : " "), e.padding_code_of(c)});
            }
            if (e.dilation != 1) text += joined({", dilation ", e.dilation});
        }
        if (row.dropout_threshold != 0) text += joined({", threshold ", row.dropout_threshold, " of 2^32"});
        if (row.channels_before != 0) text += joined({", ", row.channels_before, " channels in front"});
        if (row.settings != decltype(row.settings){}) {
            text += joined({", settings ", row.settings[0], " and ", row.settings[1]});
        }
        const bool multiplies = row.scale.given || &row == table.rows.data + table.rows.size - 1 ||
                                (row.steps > 0 && !row.has_thresholds());
        if (multiplies) text += joined({", multipliers of ", row.scale.precision, " bits"});
        text += joined(
            {", values ", row.input, (row.second_input == none ? "" : joined({" and ", row.second_input})), ", out ",
             shape_text(out.shape), ", ",
             (out.storage == Storage::float32 ? "real numbers"
                                              : joined({"codes ", range_text(row.codes), " / ", out.denominator})),
             (row.code_spacing == 1 ? "" : joined({" in steps of ", row.code_spacing})), ", gains ", row.gains,
             ", biases ", row.biases});
        if (row.trained_parameters > 0) text += joined({", ", row.trained->name, " ", row.trained_parameters});
        text += "\n";
    }
    return text;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
