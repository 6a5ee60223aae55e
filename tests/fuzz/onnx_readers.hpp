// The reader of ONNX files, and of what an import writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/data/file_error.hpp"
#include "intaglio/io/export_onnx.hpp"
#include "intaglio/io/import_onnx.hpp"
#include "model_readers.hpp"
#include "reader.hpp"

namespace fuzz {

inline void read_onnx_file(const std::filesystem::path& path) {
    try {
        (void)intaglio::import_onnx(path);
    } catch (const intaglio::ImportError& error) {
        // A sentence names a node: for the name of the file the first of them is thrown again.
        for (const std::string& sentence : error.sentences()) {
            if (const std::string fault = message_fault(path.string() + ": " + sentence, path); !fault.empty()) {
                throw std::logic_error("a sentence " + fault + ": " + sentence);
            }
        }
        intaglio::throw_file_error(path, error.sentences().front());
    }
}

/// A network of real numbers: a residual block, a pool, a dense layer.
inline Bytes float_onnx() {
    using intaglio::OnnxShape;
    using intaglio::OnnxType;
    intaglio::OnnxGraph graph("fuzz");
    graph.begin("", "node");
    graph.input({"x", OnnxType::float32}, {-1, 2, 4, 4}, "");
    const auto numbers = [&](std::string_view name, const OnnxShape& shape) {
        std::int64_t count = 1;
        for (const std::int64_t extent : shape) count *= extent;
        return graph.constant(name, OnnxType::float32, shape,
                              std::vector<std::int64_t>(static_cast<std::size_t>(count), 2));
    };
    const auto node = [&](std::string_view operation, std::initializer_list<std::string> inputs,
                          std::initializer_list<intaglio::OnnxAttribute> attributes = {}) {
        return graph.node(operation, OnnxType::float32, inputs, attributes).name;
    };
    const std::string conv = node("Conv", {"x", numbers("a", {2, 2, 3, 3})}, {{"pads", {1, 1, 1, 1}}});
    const std::string sum = node("Relu", {node("Add", {node("Relu", {conv}), "x"})});
    const std::string pooled = node("MaxPool", {sum}, {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}});
    const std::string flat = node("Reshape", {pooled, graph.list({0, -1})});
    const std::string logits = node("Gemm", {flat, numbers("b", {2, 8}), numbers("c", {2})}, {{"transB", 1}});
    graph.output({logits, OnnxType::float32}, {-1, 2}, "");
    intaglio::ProtobufMessage operators;
    operators.text(1, "");
    operators.number(2, 13);
    intaglio::ProtobufMessage file;
    file.number(1, 7);
    file.message(7, graph.message());
    file.message(8, operators);
    const std::string bytes = file.bytes();
    return {bytes.begin(), bytes.end()};
}

/// A network of codes that an import knows.
struct ImportedNet
    : intaglio::Network<intaglio::Image<1, 4, 4>, intaglio::Defaults<intaglio::QInt<8>, intaglio::BatchNorm>,
                        intaglio::Conv<intaglio::Out<2>, intaglio::Act<intaglio::M_a{4}>>, intaglio::MaxPool<2>,
                        intaglio::Classifier<intaglio::Out<2>>> {};

inline std::vector<Bytes> onnx_seeds() {
    return {float_onnx(), written([](const auto& path) {
                export_onnx(some_model<ImportedNet>(), path, {.dialect = intaglio::OnnxDialect::qonnx});
            })};
}

}  // namespace fuzz
