// A canonical model as an ONNX file whose integer logits are those of every other program.
#pragma once

#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/canonical/check.hpp"
#include "intaglio/canonical/describe.hpp"
#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/plan.hpp"
#include "intaglio/io/atomic_file.hpp"
#include "intaglio/io/onnx/operations.hpp"
#include "intaglio/version.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// How a model is written as ONNX.
struct OnnxOptions {
    std::string name = "network";  ///< of the graph
    /// A second output "class", int64 [N]: the index of the largest logit, the lowest one on ties.
    bool with_class = false;
    OnnxDialect dialect = OnnxDialect::exact;
};

namespace io_detail {

/// What is written for one row.
struct OnnxRow {
    OnnxTensor (*write)(const OnnxOperation&);
    bool shares_scale;  ///< in QDQ: the scale of a step may lie in the weights of its product
};
template <class... Primitive>
[[nodiscard]] std::vector<OnnxRow> onnx_rows(boost::mp11::mp_list<Primitive...>) {
    return {{&OnnxNodes<Primitive>::write, requires {OnnxNodes<Primitive>::shares_scale;
}
}  // namespace io_detail
...
};  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
}

/// The first operators that all nodes have, and the version of the file format that came with them.
inline constexpr std::int64_t onnx_operators = 13;
inline constexpr std::int64_t onnx_format = 7;

/// [N, channels, height, width] of float32, or [N, features], with a quantiser that tells their type.
[[gnu::cold]] inline OnnxTensor qonnx_image(const Value& input, OnnxGraph& graph) {
    const Shape shape = input.shape;
    const bool is_vector = shape.pixels() == 1;
    const OnnxTensor image{is_vector ? "features" : "image", OnnxType::float32};
    graph.input(image,
                is_vector ? OnnxShape{-1, shape.channels} : OnnxShape{-1, shape.channels, shape.height, shape.width},
                joined({"codes ", range_text(input.codes)}));
    const OnnxTensor codes = qonnx_quantizer(graph, image.name, input.codes, false);
    if (!is_vector) return codes;
    return graph.node("Reshape", codes.type, {codes.name, graph.list({0, shape.channels, 1, 1})});
}

/// [N, height, width, channels] as the caller has it, or [N, features], to [N, channels, height, width].
[[gnu::cold]] inline OnnxTensor onnx_image(const Value& input, OnnxGraph& graph) {
    const Shape shape = input.shape;
    const bool is_vector = shape.pixels() == 1;
    const bool is_wide = input.storage == Storage::int16;
    const OnnxType byte = input.storage == Storage::int8 ? OnnxType::int8 : OnnxType::uint8;
    const OnnxTensor image{is_vector ? "features" : "image", is_wide ? OnnxType::int16 : byte};
    graph.input(image,
                is_vector ? OnnxShape{-1, shape.channels} : OnnxShape{-1, shape.height, shape.width, shape.channels},
                joined({"codes ", range_text(input.codes)}));
    const OnnxTensor codes = graph.cast(image, is_wide ? OnnxType::int32 : byte);
    if (is_vector) {
        return graph.node("Reshape", codes.type, {codes.name, graph.list({0, shape.channels, 1, 1})});
    }
    return graph.node("Transpose", codes.type, {codes.name}, {{"perm", {0, 3, 1, 2}}});
}

/// The same as float32; bytes are dequantised.
[[gnu::cold]] inline OnnxTensor qdq_image(const Value& input, OnnxGraph& graph) {
    const OnnxTensor codes = onnx_image(input, graph);
    if (codes.type == OnnxType::int32) return graph.cast(codes, OnnxType::float32);
    return graph.node("DequantizeLinear", OnnxType::float32,
                      {codes.name, graph.scalar(OnnxType::float32, 1), graph.scalar(codes.type, 0)});
}

[[gnu::cold]] inline void add_onnx_note(ProtobufMessage& model, std::string_view key, std::string_view text) {
    ProtobufMessage note;
    note.text(1, key);
    note.text(2, text);
    model.message(14, note);
}

[[gnu::cold]] inline std::string onnx_bytes(const FactsView& facts, const ModelNumbers& model,
                                            const OnnxOptions& options, const std::vector<OnnxRow>& rows,
                                            const std::vector<std::int32_t>& fused) {
    require_fitting(model, facts);
    OnnxGraph graph(options.name);
    graph.begin("input.", "input");
    std::vector<OnnxTensor> tensors(facts.values.size);
    const bool is_qonnx = options.dialect == OnnxDialect::qonnx;
    const Value& input = facts.value(0);
    tensors[0] = is_qonnx                              ? qonnx_image(input, graph)
                 : options.dialect == OnnxDialect::qdq ? qdq_image(input, graph)
                                                       : onnx_image(input, graph);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& row = facts.rows[i];
        graph.begin(joined({"row.", i, "."}), place_text(row));
        const std::int32_t step = fused[i];
        const bool shares_scale = options.dialect == OnnxDialect::qdq && step != none && rows[i].shares_scale &&
                                  rows[static_cast<std::size_t>(step)].shares_scale;
        tensors[static_cast<std::size_t>(row.output)] = rows[i].write(
            {facts, model, graph, tensors, static_cast<std::int32_t>(i), options.dialect, shares_scale ? step : none});
    }
    const Row& last = facts.rows[facts.rows.size - 1];
    const OnnxTensor& logits = tensors[static_cast<std::size_t>(last.output)];
    graph.output(logits, {-1, facts.value(last.output).shape.channels},
                 joined({"integers; one unit is worth 2^", -model.logit_exponent}));
    if (options.with_class) {
        const OnnxTensor best =
            graph.node("ArgMax", OnnxType::int64, {logits.name}, {{"axis", 1}, {"keepdims", 0}}, "class");
        graph.output(best, {-1}, "index of the largest logit");
    }

    ProtobufMessage operators;
    operators.text(1, "");
    operators.number(2, onnx_operators);
    ProtobufMessage file;
    file.number(1, onnx_format);
    file.text(2, "intaglio");
    file.message(7, graph.message());
    file.message(8, operators);
    if (is_qonnx) {
        ProtobufMessage own;
        own.text(1, qonnx_domain);
        own.number(2, 1);
        file.message(8, own);
    }
    add_onnx_note(file, "signature", model_signature(facts));
    add_onnx_note(file, "logit_exponent", std::to_string(model.logit_exponent));
    return file.bytes();
}

}  // namespace io_detail

/// The bytes of a model as an ONNX file. Throws std::invalid_argument if the model is not one of Net, or the
/// dialect is QONNX and a layer's sums are not exact in float32.
template <class Net>
[[gnu::cold]] std::string onnx_bytes(const Model<Net>& model, const OnnxOptions& options = {}) {
    static_assert(raise<integer::Refusal<Net>>());
    return io_detail::onnx_bytes(facts<Net>.view(), model, options, io_detail::onnx_rows(typename Net::primitives{}),
                                 {integer::fused<Net>.begin(), integer::fused<Net>.end()});
}

/// Writes a model as an ONNX file; the file is complete or the old one. Throws std::runtime_error that names the file,
/// std::invalid_argument as onnx_bytes.
template <class Net>
[[gnu::cold]] void export_onnx(const Model<Net>& model, const std::filesystem::path& path,
                               const OnnxOptions& options = {}) {
    const std::string bytes = onnx_bytes(model, options);
    if (bytes.size() > INT32_MAX) {
        throw std::runtime_error(
            joined({path.string(), ": ", bytes.size(), " bytes; an ONNX file has at most ", INT32_MAX}));
    }
    write_file_atomically(path, bytes);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
