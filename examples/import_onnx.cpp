// An ONNX file becomes a type and its weights: docs/import.md. The tool intaglio-import does what this program does,
// and writes the header and the weights into files. Here the file is a small one that the program makes itself.
#include "intaglio/io/import_onnx.hpp"

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "intaglio/io/onnx/graph.hpp"

using namespace intaglio;

/// A convolution with ReLU twice, then a dense layer.
static std::string small_file() {
    OnnxGraph graph("small");
    graph.begin("", "example");
    graph.input({"image", OnnxType::float32}, {-1, 2, 8, 8}, "");
    const std::vector<std::int64_t> kernel(36, 1);
    const std::vector<std::int64_t> dense(3 * 2 * 8 * 8, 1);
    std::string value = "image";
    for (const char* name : {"first.weight", "second.weight"}) {
        const std::string weights = graph.constant(name, OnnxType::float32, {2, 2, 3, 3}, kernel);
        value = graph.node("Conv", OnnxType::float32, {value, weights}, {{"pads", {1, 1, 1, 1}}}).name;
        value = graph.node("Relu", OnnxType::float32, {value}).name;
    }
    value = graph.node("Flatten", OnnxType::float32, {value}).name;
    const std::string weights = graph.constant("last.weight", OnnxType::float32, {3, 128}, dense);
    graph.output(graph.node("Gemm", OnnxType::float32, {value, weights}, {{"transB", 1}}, "logits"), {-1, 3}, "");
    ProtobufMessage file;
    file.number(1, 7);
    file.message(7, graph.message());
    return file.bytes();
}

int main() {
    const std::string file = small_file();
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
    const ImportedNetwork network = import_onnx(bytes, {.name = "Found", .source = "small.onnx"});
    std::printf("%s", network.header.c_str());
    for (const ImportedTensor& tensor : network.tensors) std::printf("%s\n", tensor.name.c_str());
    for (const std::string& note : network.notes) std::printf("note: %s\n", note.c_str());
    // save_imported(network, "net.hpp", "net.safetensors") writes both files.
    return network.header.find("Repeat<2, Conv<Out<2>>>") != std::string::npos && network.tensors.size() == 3 ? 0 : 1;
}
