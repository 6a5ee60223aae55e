// ONNX files without ONNX: the bytes are read back by a reader of their own, and what refers to what is followed.
// ./check onnx runs such files in ONNX Runtime.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/canonical/step.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/io/export_onnx.hpp"
#include "intaglio/model/vocabulary.hpp"
#include "support/random_model.hpp"

namespace onnx_test {

using namespace intaglio;

namespace {

/// The fields of a message; throws if a length or a number does not end where it should.
class Message {
  public:
    explicit Message(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::uint64_t key = varint(bytes);
            const auto field = static_cast<int>(key >> 3U);
            switch (key & 7U) {
                case 0:
                    numbers_[field].push_back(static_cast<std::int64_t>(varint(bytes)));
                    break;
                case 2:
                    texts_[field].emplace_back(take(bytes, varint(bytes)));
                    break;
                case 5:
                    reals_[field].emplace_back(take(bytes, 4));
                    break;
                default:
                    throw std::runtime_error("wire type");
            }
        }
    }

    [[nodiscard]] std::vector<std::string> texts(int field) const {
        const auto found = texts_.find(field);
        return found == texts_.end() ? std::vector<std::string>{} : found->second;
    }
    [[nodiscard]] std::string text(int field) const {
        const auto all = texts(field);
        return all.size() == 1 ? all[0] : throw std::runtime_error("not one text");
    }
    [[nodiscard]] Message message(int field) const { return Message(text(field)); }
    [[nodiscard]] std::int64_t number(int field) const {
        const auto found = numbers_.find(field);
        return found != numbers_.end() && found->second.size() == 1 ? found->second[0]
                                                                    : throw std::runtime_error("not one number");
    }
    [[nodiscard]] bool has_number(int field) const { return numbers_.contains(field); }
    [[nodiscard]] std::string real(int field) const { return reals_.at(field).at(0); }
    /// A packed field, or an empty one that is not there.
    [[nodiscard]] std::vector<std::int64_t> packed(int field) const {
        std::vector<std::int64_t> numbers;
        for (const std::string& text : texts(field)) {
            for (std::string_view bytes = text; !bytes.empty();) {
                numbers.push_back(static_cast<std::int64_t>(varint(bytes)));
            }
        }
        return numbers;
    }

  private:
    static std::string take(std::string_view& bytes, std::uint64_t count) {
        if (count > bytes.size()) throw std::runtime_error("ends early");
        std::string taken(bytes.substr(0, count));
        bytes.remove_prefix(count);
        return taken;
    }
    static std::uint64_t varint(std::string_view& bytes) {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(bytes, 1)[0]);
            value |= std::uint64_t{byte & 127U} << shift;
            if (byte < 128) return value;
        }
        throw std::runtime_error("number of more than 64 bits");
    }

    std::map<int, std::vector<std::int64_t>> numbers_;
    std::map<int, std::vector<std::string>> texts_;
    std::map<int, std::vector<std::string>> reals_;
};

/// Initialisers by name.
std::map<std::string, Message> initializers(const Message& graph) {
    std::map<std::string, Message> found;
    for (const std::string& bytes : graph.texts(5)) {
        const Message tensor(bytes);
        found.emplace(tensor.text(8), tensor);
    }
    return found;
}
/// Nodes of one operator.
std::vector<Message> nodes(const Message& graph, std::string_view operation) {
    std::vector<Message> found;
    for (const std::string& bytes : graph.texts(1)) {
        const Message node(bytes);
        if (node.text(4) == operation) found.push_back(node);
    }
    return found;
}
std::vector<std::int64_t> attribute(const Message& node, std::string_view name) {
    for (const std::string& bytes : node.texts(5)) {
        const Message attribute(bytes);
        if (attribute.text(1) != name) continue;
        if (attribute.number(20) == 2) return {attribute.number(3)};
        CHECK(attribute.number(20) == 7);
        return attribute.packed(8);
    }
    throw std::runtime_error("no attribute " + std::string(name));
}
/// The sizes of a value, -1 for the batch.
std::vector<std::int64_t> sizes(const Message& value) {
    std::vector<std::int64_t> found;
    for (const std::string& bytes : value.message(2).message(1).message(2).texts(1)) {
        const Message dimension(bytes);
        found.push_back(dimension.has_number(1) ? dimension.number(1) : -1);
        if (!dimension.has_number(1)) CHECK(dimension.text(2) == "N");
    }
    return found;
}

template <class Net>
Model<Net> random_model_of() {
    Model<Net> model;
    static_cast<ModelNumbers&>(model) = random_model::make(facts<Net>.view(), 1);
    return model;
}

struct Net : Network<Image<2, 9, 7>, Defaults<QInt<8>, BatchNorm, Act<M_a{200}>>,
                     Conv<Out<4>, Kernel<3, 1>, Stride<2, 1>, Groups<2>>, Conv<DoReFa<8>, Out<3>, Act<M_a{4}>>,
                     Dense<Flatten, QInt<2>, Out<5>, Act<M_a{2}>>, Classifier<Out<3>>> {};

}  // namespace

TEST_CASE("onnx: messages are those of protocol buffers") {
    ProtobufMessage inner;
    inner.number(1, -1);
    inner.text(2, "ab");
    ProtobufMessage outer;
    outer.number(1, 300);
    outer.message(16, inner);
    outer.numbers(3, std::vector<std::int64_t>{0, 127, 128});
    outer.real(4, 1.5F);
    // The bytes of the numbers are examples of the encoding's definition.
    CHECK(outer.bytes() == std::string("\x08\xac\x02"
                                       "\x82\x01\x0f"
                                       "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                       "\x12\x02"
                                       "ab"
                                       "\x1a\x04\x00\x7f\x80\x01"
                                       "\x25\x00\x00\xc0\x3f",
                                       32));
    const Message read(outer.bytes());
    CHECK(read.number(1) == 300);
    CHECK(read.message(16).number(1) == -1);
    CHECK(read.packed(3) == std::vector<std::int64_t>{0, 127, 128});
    CHECK(read.real(4).size() == 4);
}

TEST_CASE("onnx: every node reads what comes before it, and all names are different") {
    const Message file(onnx_bytes(random_model_of<Net>(), {.name = "digits", .with_class = true}));
    CHECK(file.number(1) == 7);
    CHECK(file.message(8).number(2) == 13);
    CHECK(file.texts(14).size() == 2);
    const Message graph = file.message(7);
    CHECK(graph.text(2) == "digits");
    std::set<std::string> known;
    std::set<std::string> read;
    for (const auto& [name, tensor] : initializers(graph)) {
        known.insert(name);
        std::int64_t count = 1;
        for (const std::int64_t size : tensor.packed(1)) count *= size;
        const std::int64_t type = tensor.number(2);
        const std::int64_t bytes = type == 7 ? 8 : type == 6 ? 4 : 1;
        CHECK(static_cast<std::int64_t>(tensor.text(9).size()) == count * bytes);
    }
    CHECK(known.size() == graph.texts(5).size());
    known.insert(Message(graph.text(11)).text(1));
    std::set<std::string> names;
    for (const std::string& bytes : graph.texts(1)) {
        const Message node(bytes);
        for (const std::string& input : node.texts(1)) {
            CHECK_MESSAGE(known.contains(input), input);
            read.insert(input);
        }
        CHECK_MESSAGE(known.insert(node.text(2)).second, node.text(2));
        CHECK(names.insert(node.text(3)).second);
    }
    for (const std::string& bytes : graph.texts(12)) read.insert(Message(bytes).text(1));
    CHECK(read == known);
}

TEST_CASE("onnx: inputs and outputs are for any number of images") {
    const Message graph = Message(onnx_bytes(random_model_of<Net>(), {.with_class = true})).message(7);
    const Message image = graph.message(11);
    CHECK(image.text(1) == "image");
    CHECK(image.message(2).message(1).number(1) == 2);
    CHECK(sizes(image) == std::vector<std::int64_t>{-1, 9, 7, 2});
    const std::vector<std::string> outputs = graph.texts(12);
    REQUIRE(outputs.size() == 2);
    CHECK(Message(outputs[0]).text(1) == "logits");
    CHECK(Message(outputs[0]).message(2).message(1).number(1) == 7);
    CHECK(sizes(Message(outputs[0])) == std::vector<std::int64_t>{-1, 3});
    CHECK(Message(outputs[1]).text(1) == "class");
    CHECK(sizes(Message(outputs[1])) == std::vector<std::int64_t>{-1});
    CHECK(Message(onnx_bytes(random_model_of<Net>())).message(7).texts(12).size() == 1);
}

TEST_CASE("onnx: weights lie in the order of the file, as unsigned bytes") {
    const Model<Net> model = random_model_of<Net>();
    const Message graph = Message(onnx_bytes(model)).message(7);
    const auto tensors = initializers(graph);
    const auto products = [&] {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < model.rows.size(); ++i) {
            if (!model.rows[i].weights.empty()) found.push_back(i);
        }
        return found;
    }();
    REQUIRE(products.size() == 4);
    const auto tensor = [&](std::size_t product, const char* name) {
        return tensors.at("row." + std::to_string(products[product]) + "." + name);
    };
    const auto byte = [](const Message& message, std::size_t at) {
        return static_cast<int>(static_cast<unsigned char>(message.text(9)[at]));
    };

    const Message first = tensor(0, "weights");
    CHECK(first.number(2) == 2);
    CHECK(first.packed(1) == std::vector<std::int64_t>{4, 1, 3, 1});
    const Message convolution = nodes(graph, "ConvInteger").at(0);
    CHECK(attribute(convolution, "strides") == std::vector<std::int64_t>{2, 1});
    CHECK(attribute(convolution, "group") == std::vector<std::int64_t>{2});
    CHECK(attribute(convolution, "kernel_shape") == std::vector<std::int64_t>{3, 1});
    for (std::size_t i = 0; i < 12; ++i) CHECK(byte(first, i) == model.rows[products[0]].weights[i] + 128);

    // Weights of 9 bits are two digits.
    const Row& wide = facts<Net>.rows[products[1]];
    const std::vector<std::int8_t>& codes = model.rows[products[1]].weights;
    for (std::size_t o = 0; o < 3; ++o) {
        for (std::size_t tap = 0; tap < 9; ++tap) {
            for (std::size_t c = 0; c < 4; ++c) {
                const std::size_t at = (o * 4 + c) * 9 + tap;
                const int low = byte(tensor(1, "weights"), at) - 128;
                const int high = byte(tensor(1, "weights.256"), at) - 128;
                CHECK(low + 256 * high == wide.weight_spacing * codes[(o * 9 + tap) * 4 + c] + wide.weight_offset);
            }
        }
    }

    // A dense layer reads channels before pixels.
    const Message dense = tensor(2, "weights");
    const Shape in = facts<Net>.values[static_cast<std::size_t>(facts<Net>.rows[products[2]].input)].shape;
    const auto pixels = static_cast<std::size_t>(in.pixels());
    CHECK(dense.packed(1) == std::vector<std::int64_t>{in.size(), 5});
    for (std::size_t p = 0; p < pixels; ++p) {
        for (std::size_t c = 0; c < 3; ++c) {
            CHECK(byte(dense, (c * pixels + p) * 5 + 4) ==
                  model.rows[products[2]].weights[(4 * pixels + p) * 3 + c] + 128);
        }
    }
}

TEST_CASE("onnx: in QONNX the thresholds of a step are where its codes rise") {
    struct Steps : Network<Image<1, 4, 4>, Defaults<QInt<4>, BatchNorm>, Conv<Out<6>, Act<M_a{4}>>,
                           Conv<Out<5>, Act<M_a{40}>>, Classifier<Out<3>>> {};
    Model<Steps> model = random_model_of<Steps>();
    const FactsView view = facts<Steps>.view();
    for (std::size_t i = 0; i < view.rows.size; ++i) {
        // Channels 1 and 3 fall.
        if (view.rows[i].steps == 0) continue;
        RowNumbers& numbers = model.rows[i];
        for (const std::size_t c : {std::size_t{1}, std::size_t{3}}) {
            if (!view.rows[i].has_thresholds()) {
                numbers.multipliers[c] *= -1;
                continue;
            }
            numbers.falling[c] = 1;
            for (std::size_t m = 0; m < static_cast<std::size_t>(view.rows[i].steps); ++m)
                numbers.thresholds[m * numbers.falling.size() + c] = static_cast<std::int32_t>(3 * m) - 2;
        }
    }
    const Message file(onnx_bytes(model, {.dialect = OnnxDialect::qonnx}));
    CHECK(file.texts(8).size() == 2);
    const Message graph = file.message(7);
    const auto tensors = initializers(graph);
    std::size_t steps = 0;
    for (std::size_t i = 0; i < view.rows.size; ++i) {
        const Row& row = view.rows[i];
        if (row.steps == 0) continue;
        ++steps;
        const std::string prefix = "row." + std::to_string(i) + ".";
        const RowNumbers& numbers = model.rows[i];
        const std::int32_t channels = view.value(row.output).shape.channels;
        const auto real = [&](const Message& tensor, std::size_t at) {
            const std::string bytes = tensor.text(9);
            return load_little_endian<float>(reinterpret_cast<const std::uint8_t*>(bytes.data()) + 4 * at);
        };
        const Message thresholds = tensors.at(prefix + "thresholds");
        CHECK(thresholds.packed(1) == std::vector<std::int64_t>{channels, row.steps});
        const CodeRange range = view.value(row.input).codes;
        bool equal = true;
        for (std::int64_t acc = range.lowest; acc <= range.highest; ++acc) {
            for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
                std::int64_t code = row.codes.lowest;
                if (row.has_thresholds()) {
                    const std::int64_t position = numbers.falling[c] != 0 ? -acc - 1 : acc;
                    for (std::size_t m = 0; m < static_cast<std::size_t>(row.steps); ++m)
                        code += position >= numbers.thresholds[m * numbers.falling.size() + c] ? 1 : 0;
                } else {
                    code = (acc * numbers.multipliers[c] + numbers.addends[c]) >> numbers.shifts[c];
                    code = code < row.codes.lowest    ? row.codes.lowest
                           : code > row.codes.highest ? row.codes.highest
                                                      : code;
                }
                const bool has_signs = tensors.contains(prefix + "signs");
                const float position =
                    static_cast<float>(acc) * (has_signs ? real(tensors.at(prefix + "signs"), c) : 1.0F);
                std::int64_t found = row.codes.lowest;
                for (std::size_t m = 0; m < static_cast<std::size_t>(row.steps); ++m)
                    found += position >= real(thresholds, c * static_cast<std::size_t>(row.steps) + m) ? 1 : 0;
                equal = equal && found == code;
            }
        }
        CHECK(equal);
    }
    CHECK(steps == 2);
}

TEST_CASE("onnx: in QDQ scales and biases round to the codes of the steps") {
    struct Steps : Network<Features<7>, Defaults<QInt<4>, BatchNorm>, Dense<QInt<2>, Out<6>, Act<M_a{4}>>,
                           Dense<Out<5>, Act<M_a{40}>>, Classifier<Out<3>>> {};
    Model<Steps> model;
    const FactsView view = facts<Steps>.view();
    static_cast<ModelNumbers&>(model) = random_model::make(view, 3, random_model::Thresholds::on_a_line);
    const Message graph = Message(onnx_bytes(model, {.dialect = OnnxDialect::qdq})).message(7);
    const auto tensors = initializers(graph);
    const auto real = [](const Message& tensor, std::size_t at) {
        return load_little_endian<float>(reinterpret_cast<const std::uint8_t*>(tensor.text(9).substr(4 * at).data()));
    };
    CHECK(nodes(graph, "Gemm").size() == 2);
    CHECK(nodes(graph, "MatMul").size() == 1);
    CHECK(nodes(graph, "QuantizeLinear").size() == 2);
    CHECK(nodes(graph, "Clip").size() == 2);
    std::size_t steps = 0;
    for (std::size_t i = 0; i < view.rows.size; ++i) {
        const std::int32_t step = integer::fused<Steps>[i];
        if (step == none) continue;
        ++steps;
        const Row& row = view.row(step);
        const integer::StepForm form = integer::step_form(row);
        const CodeRange range = view.value(row.input).codes;
        const std::string prefix = "row." + std::to_string(i) + ".";
        const Message weights = tensors.at(prefix + "weights");
        CHECK(weights.number(2) == 3);
        const auto outputs = static_cast<std::size_t>(view.rows[i].extents.out.channels);
        const auto inputs = static_cast<std::size_t>(view.rows[i].extents.in.channels);
        const std::string bias_bytes = tensors.at(prefix + "bias").text(9);
        std::int64_t wrong = 0;
        for (std::size_t c = 0; c < outputs; ++c) {
            // What a weight of 1 has become.
            std::int64_t factor = 0;
            for (std::size_t k = 0; k < inputs; ++k) {
                const int stored = static_cast<signed char>(weights.text(9)[k * outputs + c]);
                const int code = model.rows[i].weights[c * inputs + k];
                if (code != 0) factor = stored / code;
                CHECK(stored == factor * code);
            }
            const auto scale = static_cast<double>(real(tensors.at(prefix + "scales"), c));
            const auto bias =
                load_little_endian<std::int32_t>(reinterpret_cast<const std::uint8_t*>(bias_bytes.data()) + 4 * c);
            for (std::int64_t acc = range.lowest; acc <= range.highest; ++acc) {
                const double number = std::nearbyint(scale * static_cast<double>(factor * acc + bias));
                const auto code = static_cast<std::int32_t>(
                    std::clamp(number, static_cast<double>(form.lowest), static_cast<double>(form.highest)));
                wrong += code == step_code(model.rows[static_cast<std::size_t>(step)], form, c,
                                           static_cast<std::int32_t>(acc))
                             ? 0
                             : 1;
            }
        }
        // A line fits thresholds on a line, and ternary weights leave room for it.
        if (row.has_thresholds()) CHECK(wrong == 0);
        CHECK(wrong * 100 <= static_cast<std::int64_t>(outputs) * range.states());
    }
    CHECK(steps == 2);
}

TEST_CASE("onnx: QONNX refuses sums that float32 does not hold") {
    struct Long
        : Network<Features<1100>, Defaults<QInt<8>, BatchNorm>, Dense<Out<2>, Act<M_a{4}>>, Classifier<Out<2>>> {};
    Model<Long> model = random_model_of<Long>();
    for (RowNumbers& numbers : model.rows) {
        for (std::int8_t& weight : numbers.weights) weight = 59;  // 1100 * 255 * 59 < 2^24 < 1100 * 255 * 60
    }
    CHECK_NOTHROW((void)onnx_bytes(model, {.dialect = OnnxDialect::qonnx}));
    for (std::int8_t& weight : model.rows[0].weights) weight = 60;
    CHECK_THROWS_WITH_AS((void)onnx_bytes(model, {.dialect = OnnxDialect::qonnx}),
                         "QONNX, layer 2 (product): sums -16830000 .. 16830000 are not exact in float32, which has all "
                         "integers up to 16777216",
                         std::invalid_argument);
    CHECK_NOTHROW((void)onnx_bytes(model));
}

TEST_CASE("onnx: a file is written, the same each time, and a model of another network is none") {
    const test_files::TemporaryFolder folder;
    Model<Net> model = random_model_of<Net>();
    export_onnx(model, folder.path() / "net.onnx");
    std::ifstream file(folder.path() / "net.onnx", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    CHECK(bytes == onnx_bytes(model));
    CHECK_THROWS_AS(export_onnx(model, folder.path() / "no" / "net.onnx"), std::runtime_error);
    model.rows.pop_back();
    CHECK_THROWS_AS(export_onnx(model, folder.path() / "net.onnx"), std::invalid_argument);
}

}  // namespace onnx_test
