// ONNX files as networks: the text of the type, the numbers, and sentences for what cannot be expressed. ./check onnx
// compares imported networks with ONNX Runtime.
#include "intaglio/io/import_onnx.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "import_onnx/quantized.inc"
#include "intaglio/host/checksum.hpp"
#include "intaglio/io/export_onnx.hpp"
#include "intaglio/io/imported_model.hpp"
#include "intaglio/io/match_names.hpp"
#include "support/random_model.hpp"

namespace import_onnx_test {

namespace {

using namespace intaglio;

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// An ONNX file in the making, of small whole numbers.
class File {
  public:
    explicit File(const OnnxShape& shape) : graph_("test") {
        graph_.begin("", "node");
        graph_.input({"x", OnnxType::float32}, shape, "");
    }
    std::string numbers(std::string_view name, const OnnxShape& shape, int first = 1) {
        std::int64_t count = 1;
        for (const std::int64_t size : shape) count *= size;
        std::vector<std::int64_t> values;
        for (std::int64_t i = 0; i < count; ++i) values.push_back((first + i) % 7 - 3);
        return graph_.constant(name, OnnxType::float32, shape, values);
    }
    std::string node(std::string_view operation, std::initializer_list<std::string> inputs,
                     std::initializer_list<OnnxAttribute> attributes = {}) {
        return graph_.node(operation, OnnxType::float32, inputs, attributes).name;
    }
    [[nodiscard]] OnnxGraph& graph() { return graph_; }
    [[nodiscard]] std::string bytes(const std::string& output, std::int64_t classes) {
        graph_.output({output, OnnxType::float32}, {-1, classes}, "");
        ProtobufMessage operators;
        operators.text(1, "");
        operators.number(2, 13);
        ProtobufMessage file;
        file.number(1, 7);
        file.message(7, graph_.message());
        file.message(8, operators);
        return file.bytes();
    }

  private:
    OnnxGraph graph_;
};

/// The lines of the header that define a teacher.
std::string type_of(const ImportedNetwork& network) {
    const std::string& text = network.header;
    const std::size_t begin = text.find("using Layers");
    return text.substr(begin, text.find("\n\n}", begin) - begin);
}

/// Sentences of an import that must fail.
std::vector<std::string> sentences(const std::string& bytes) {
    try {
        static_cast<void>(import_onnx(bytes_of(bytes)));
    } catch (const ImportError& error) {
        return error.sentences();
    }
    FAIL("no exception");
    return {};
}

std::string residual_network() {
    File file({-1, 2, 8, 8});
    const auto block = [&](const std::string& from, const std::string& name) {
        const std::string conv =
            file.node("Conv", {from, file.numbers(name + ".weight", {2, 2, 3, 3})}, {{"pads", {1, 1, 1, 1}}});
        const std::string inner = file.node("Relu", {conv});
        const std::string last =
            file.node("Conv", {inner, file.numbers(name + "2.weight", {2, 2, 3, 3})}, {{"pads", {1, 1, 1, 1}}});
        return file.node("Relu", {file.node("Add", {last, from})});
    };
    const std::string pooled =
        file.node("MaxPool", {block(block("x", "a"), "b")}, {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}});
    const std::string flat = file.node("Reshape", {pooled, file.graph().list({0, -1})});
    return file.bytes(
        file.node("Gemm", {flat, file.numbers("fc.weight", {3, 32}), file.numbers("fc.bias", {3})}, {{"transB", 1}}),
        3);
}

}  // namespace

TEST_CASE("import: a residual network is the type that a person would have written") {
    const ImportedNetwork network = import_onnx(bytes_of(residual_network()), {.name = "Small"});
    CHECK(network.is_float);
    CHECK(type_of(network) == R"(using Layers = Network<Image<2, 8, 8>,
    Defaults<Weights, NoWeightStandardization, TrainedBias, Activation, More...>,
    Repeat<2,                                                                          // node: 4 ... node: 10
        Residual<Sequence<Conv<Out<2>, NoNorm>, Conv<Out<2>, NoNorm, NoActivation>>>,  // node: 4
        Activate<>>,                                                                   // node: 5
    MaxPool<2>,                                                                        // node: 11
    Classifier<Out<3>>>;                                                               // node: 13

struct Small : Layers<FloatWeights, Relu, FloatBranchGrid> {};)");
    CHECK(network.metadata.at("names") == "a\na2\nb\nb2\nfc");
    const auto found = std::find_if(network.tensors.begin(), network.tensors.end(),
                                    [](const ImportedTensor& tensor) { return tensor.name == "fc.weight"; });
    REQUIRE(found != network.tensors.end());
    CHECK(found->shape == std::vector<std::int64_t>{3, 32});
}

TEST_CASE(
    "import: a dense layer after rows, columns, channels gets its inputs in the order of channels, rows, columns") {
    File file({-1, 2, 1, 3});
    const std::string last = file.node("Transpose", {"x"}, {{"perm", {0, 2, 3, 1}}});
    const std::string flat = file.node("Reshape", {last, file.graph().list({-1, 6})});
    const std::string bytes = file.bytes(file.node("MatMul", {flat, file.numbers("fc", {6, 1})}), 1);
    const ImportedNetwork network = import_onnx(bytes_of(bytes));
    REQUIRE(network.tensors.size() == 1);
    // The source has -2 -1 0 1 2 3: both channels of column 0, then those of column 1.
    CHECK(std::get<std::vector<float>>(network.tensors[0].numbers) == std::vector<float>{-2, 0, 2, -1, 1, 3});
}

TEST_CASE("import: all nodes that cannot be expressed are listed, each with its reason") {
    File file({-1, 2, 8, 8});
    const std::string first = file.node("Conv", {"x", file.numbers("a", {4, 3, 3, 3})});
    const std::string second = file.node("LSTM", {"x"});
    const std::string third = file.node("Gelu", {second});
    const std::string pooled =
        file.node("AveragePool", {"x"}, {{"kernel_shape", {2, 2}}, {"auto_pad", std::string("SOME")}});
    const std::vector<std::string> found = sentences(file.bytes(file.node("Add", {first, third}), 4));
    REQUIRE(found.size() == 4);
    CHECK(found[0] == "node 'node: 1' (Conv): has weights for 3 channels in 1 groups, but its input has 2");
    CHECK(found[1] == "node 'node: 2' (LSTM): there is no layer for the operator LSTM");
    CHECK(found[2] == "node 'node: 3' (Gelu): there is no layer for the operator Gelu");
    CHECK(found[3] == "node 'node: 4' (AveragePool): auto_pad 'SOME' is not read");
    CHECK(pooled == "4");
}

TEST_CASE("import: a network of codes comes back with the same codes") {
    const Model<Net> model = random_model::telling<Net>();
    const ImportedNetwork network =
        import_onnx(bytes_of(onnx_bytes(model, {.dialect = OnnxDialect::qonnx})), {.source = "quantized.onnx"});
    const test_files::TemporaryFolder folder;
    std::ifstream expected("import_onnx/quantized.inc");
    CHECK(network.header == std::string(std::istreambuf_iterator<char>(expected), {}));
    CHECK(!network.is_float);
    CHECK(network.notes.empty());
    save_imported(network, folder.path() / "net.hpp", folder.path() / "net.safetensors");
    const Model<Net> imported = load_imported<Net>(folder.path() / "net.safetensors");
    REQUIRE(imported.rows.size() == model.rows.size());
    const IntegerNetwork<Net, Target::portable> programs[] = {model, imported};
    const auto scratch = programs[0].make_scratch();
    Random random(5);
    std::vector<std::uint8_t> image(static_cast<std::size_t>(facts<Net>.values[0].shape.size()));
    for (int i = 0; i < 20; ++i) {
        for (auto& code : image) code = static_cast<std::uint8_t>(random.below(256));
        std::uint64_t sums[2] = {};
        for (std::size_t k = 0; k < 2; ++k) {
            programs[k].program().run(image.data(), *scratch, [&](std::int32_t value, const auto* codes) {
                const auto size = static_cast<std::size_t>(facts<Net>.value(value).shape.size());
                sums[k] = sums[k] * 31 + checksum(std::span(codes, size));
            });
        }
        CHECK(sums[0] == sums[1]);
    }
}

namespace {

/// A residual block with a convolution in its shortcut, as torchvision names its parts.
struct Named : Network<Image<3, 8, 8>, Defaults<QInt<8>, BatchNorm, Act<M_a{16}>>, Conv<Out<4>>,
                       Repeat<11, Residual<Sequence<Conv<Out<4>>, Conv<Out<4>, NoActivation>>>, Activate<>>,
                       Residual<Sequence<Conv<Out<6>, Stride<2>>, Conv<Out<6>, NoActivation>>,
                                Conv<Out<6>, Kernel<1>, Stride<2>, NoActivation>>,
                       Activate<>, GlobalAvgPool, Classifier<Out<5>, TrainedBias>> {};

}  // namespace

TEST_CASE("names of a state_dict are found by shapes and by their order, with numbers as numbers") {
    const test_files::TemporaryFolder folder;
    const auto path = folder.path() / "named.safetensors";
    std::vector<std::string> expected;
    const auto write = [&](bool has_last) {
        SafetensorsWriter writer;
        expected.clear();
        const auto add = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
            std::int64_t count = 1;
            for (const std::int64_t size : shape) count *= size;
            const std::vector<float> numbers(static_cast<std::size_t>(count));
            writer.add(name, shape, std::span<const float>(numbers));
        };
        const auto layer = [&](const std::string& conv, const std::string& norm,
                               const std::vector<std::int64_t>& shape) {
            add(conv + ".weight", shape);
            for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) add(norm + part, {shape[0]});
            expected.push_back(conv);
            expected.push_back(norm);
        };
        add("fc.bias", {5});
        if (has_last) add("fc.weight", {5, 6});
        layer("conv1", "bn1", {4, 3, 3, 3});
        for (int i = 0; i < 12; ++i) {
            const std::string block = joined({"layer1.", i});
            const std::int64_t out = i == 11 ? 6 : 4;
            layer(block + ".conv1", block + ".bn1", {out, 4, 3, 3});
            layer(block + ".conv2", block + ".bn2", {out, out, 3, 3});
            if (i == 11) layer(block + ".downsample.0", block + ".downsample.1", {6, 4, 1, 1});
        }
        expected.emplace_back("fc");
        writer.write(path);
    };
    write(true);
    CHECK(match_names<Named>(SafetensorsFile(path)) == expected);
    write(false);
    CHECK_THROWS_AS(static_cast<void>(match_names<Named>(SafetensorsFile(path))), std::runtime_error);
}

TEST_CASE("import: a function of codes is a table") {
    File file({-1, 2});
    const std::string one = file.graph().scalar(OnnxType::float32, 1);
    const std::string zero = file.graph().scalar(OnnxType::uint8, 0);
    std::string value = "x";
    for (const char* function : {"Identity", "Sigmoid"}) {
        value = file.node("QuantizeLinear", {file.node(function, {value}), one, zero});
        value = file.node("DequantizeLinear", {value, one, zero});
    }
    const std::string bytes = file.bytes(file.node("MatMul", {value, file.numbers("fc.weight", {2, 3})}), 3);
    const ImportedNetwork network = import_onnx(bytes_of(bytes), {.deviation = {1.0 / 255}});
    CHECK(!network.is_float);
    // Sigmoid(0) is a tie, rounded to even; all others are nearer to 1.
    CHECK(network.header.find("using Table1 = ListedCodes<1, 0, 0, 1, 1, 1,") != std::string::npos);
    CHECK(network.header.find("    CodeTable<Table1>, ") != std::string::npos);
    CHECK(network.notes.empty());
    const auto found = std::find_if(network.tensors.begin(), network.tensors.end(),
                                    [](const ImportedTensor& tensor) { return tensor.name.ends_with(".numbers"); });
    REQUIRE(found != network.tensors.end());
    CHECK(found->shape == std::vector<std::int64_t>{256});
}

TEST_CASE("import: bytes that are cut or changed are refused, and nothing worse") {
    const std::string good = residual_network();
    int refused = 0;
    const auto import = [&](const std::string& bytes) {
        try {
            static_cast<void>(import_onnx(bytes_of(bytes)));
        } catch (const std::runtime_error&) {
            ++refused;
        }
    };
    for (std::size_t size = 0; size < good.size(); size += 7) import(good.substr(0, size));
    CHECK(refused > static_cast<int>(good.size() / 8));
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
        std::string bad = good;
        for (unsigned k = 0; k < 1 + random() % 4; ++k) bad[random() % bad.size()] = static_cast<char>(random());
        import(bad);
    }
    CHECK_THROWS_WITH_AS(static_cast<void>(import_onnx(bytes_of(""))), "is no ONNX file: it has no graph",
                         std::runtime_error);
    CHECK_THROWS_AS(static_cast<void>(import_onnx(bytes_of(good), {.name = "no name"})), std::invalid_argument);
}

}  // namespace import_onnx_test
