// Safetensors files: what is in them, every kind of damage, and the way of their weights into a network.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/io/load_weights.hpp"
#include "intaglio/io/weight_names.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/zoo/resnet.hpp"

namespace safetensors_test {

using namespace intaglio;
using test_files::Bytes;
using test_files::TemporaryFolder;

namespace {

/// A file of this header and so many bytes of data 0, 1, 2, ...
Bytes file_bytes(const std::string& header, std::size_t data_bytes, std::uint64_t announced) {
    Bytes bytes(8);
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(announced >> (8 * i));
    bytes.insert(bytes.end(), header.begin(), header.end());
    for (std::size_t i = 0; i < data_bytes; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
    return bytes;
}
Bytes file_bytes(const std::string& header, std::size_t data_bytes) {
    return file_bytes(header, data_bytes, header.size());
}

/// "'name': {dtype, shape, data_offsets}"
std::string entry(const std::string& name, const std::string& type, const std::string& shape, std::size_t begin,
                  std::size_t end) {
    return "\"" + name + R"(":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":[)" +
           std::to_string(begin) + "," + std::to_string(end) + "]}";
}

struct Tensor {
    std::vector<std::int64_t> shape;
    std::vector<float> data;
    std::string type = "F32";
};
using Tensors = std::map<std::string, Tensor>;

/// A file of these tensors; their numbers are floats whatever the type says, unless it is I64.
Bytes file_of(const Tensors& tensors, const std::map<std::string, std::string>& metadata = {}) {
    std::string header = R"({"__metadata__":{"made":"by a test")";
    for (const auto& [key, text] : metadata) header += ",\"" + key + "\":\"" + text + "\"";
    header += "}";
    Bytes data;
    for (const auto& [name, tensor] : tensors) {
        const std::size_t begin = data.size();
        for (const float x : tensor.data) {
            std::uint8_t bytes[8] = {};
            store_little_endian(x, bytes);
            data.insert(data.end(), bytes, bytes + (tensor.type == "I64" ? 8 : 4));
        }
        header += "," + entry(name, tensor.type, shape_text(tensor.shape), begin, data.size());
    }
    Bytes bytes = file_bytes(header + "}  ", 0);
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
}

/// What a file of these bytes is refused for, without its path.
std::string refusal(const Bytes& bytes, std::uint64_t limit = SafetensorsFile::default_limit) {
    const TemporaryFolder folder;
    const auto path = folder / "weights.safetensors";
    test_files::store(path, bytes);
    try {
        const SafetensorsFile file(path, limit);
    } catch (const std::runtime_error& error) {
        const std::string text = error.what();
        REQUIRE(text.starts_with(path.string() + ": "));
        return text.substr(path.string().size() + 2);
    }
    return "nothing";
}
std::string refusal(const std::string& header, std::size_t data_bytes) {
    return refusal(file_bytes(header, data_bytes));
}

}  // namespace

TEST_CASE("safetensors: types, shapes, metadata") {
    const TemporaryFolder folder;
    const auto path = folder / "a.safetensors";
    // Out of order, with a scalar, an empty tensor, and a name that JSON escapes.
    Bytes bytes = file_bytes(
        "{" + entry("last", "F64", "[1,2]", 24, 40) + "," + entry("first", "F32", "[2,1]", 0, 8) + "," +
            entry("half", "F16", "[4]", 8, 16) + "," + entry("brain", "BF16", "[2]", 16, 20) + "," +
            entry("scalar", "F32", "[]", 20, 24) + "," + entry("empty", "F32", "[3,0]", 8, 8) + "," +
            entry("q\\u0022", "U8", "[1]", 40, 41) + R"(,"__metadata__":{"format":"pt","licence":"none"}}      )",
        0);
    const auto add = [&]<class T>(T number) {
        std::uint8_t stored[sizeof(T)];
        store_little_endian(number, stored);
        bytes.insert(bytes.end(), stored, stored + sizeof(T));
    };
    add(1.5F);
    add(-3e-39F);  // subnormal
    for (const int half : {0x3c00, 0xc500, 0x0001, 0x7bff}) add(static_cast<std::uint16_t>(half));
    for (const int brain : {0x3f80, 0xc2f7}) add(static_cast<std::uint16_t>(brain));
    add(0.25F);
    add(1.0 / 3);
    add(-1e-300);
    add(std::uint8_t{7});
    test_files::store(path, bytes);

    const SafetensorsFile file(path);
    CHECK(file.path() == path);
    CHECK(file.metadata() == std::map<std::string, std::string>{{"format", "pt"}, {"licence", "none"}});
    std::vector<std::string> names;
    for (const SafetensorsEntry& tensor : file.tensors()) names.push_back(tensor.name);
    CHECK(names == std::vector<std::string>{"first", "empty", "half", "brain", "scalar", "last", "q\""});
    CHECK(file.tensor("first").shape == std::vector<std::int64_t>{2, 1});
    CHECK(file.tensor("scalar").shape.empty());
    CHECK(file.tensor("q\"").type == "U8");
    CHECK(file.has("half"));
    CHECK(!file.has("hal"));
    CHECK(file.read("first") == std::vector<float>{1.5F, -3e-39F});
    CHECK(file.read("half") == std::vector<float>{1, -5, 0x1p-24F, 65504});
    CHECK(file.read("brain") == std::vector<float>{1, -123.5F});
    CHECK(file.read("scalar") == std::vector<float>{0.25F});
    CHECK(file.read("last") == std::vector<float>{1.0F / 3, -0.0F});
    CHECK(file.read("empty").empty());
    CHECK_THROWS_WITH(static_cast<void>(file.read("q\"")),
                      (path.string() + ": tensor 'q\"' has type U8, expected F32").c_str());
    CHECK_THROWS_WITH(static_cast<void>(file.read("second")), (path.string() + ": has no tensor 'second'").c_str());
}

TEST_CASE("safetensors: numbers that are not finite are refused, with their place") {
    const TemporaryFolder folder;
    const auto path = folder / "a.safetensors";
    const auto text = [&](const std::string& type, std::size_t bytes_each, std::vector<std::uint64_t> numbers) {
        Bytes bytes = file_bytes("{" + entry("t", type, "[3]", 0, 3 * bytes_each) + "}", 0);
        for (const std::uint64_t number : numbers) {
            for (std::size_t i = 0; i < bytes_each; ++i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
        }
        test_files::store(path, bytes);
        const SafetensorsFile file(path);
        try {
            static_cast<void>(file.read("t"));
        } catch (const std::runtime_error& error) {
            return std::string(error.what()).substr(path.string().size() + 2);
        }
        return std::string("nothing");
    };
    CHECK(text("F32", 4, {0, 0x7fc00000, 0}) == "tensor 't': number 1 is not finite");
    CHECK(text("F32", 4, {0, 0x7f7fffff, 0xff800000}) == "tensor 't': number 2 is not finite");
    CHECK(text("F16", 2, {0x7c00, 0, 0}) == "tensor 't': number 0 is not finite");
    CHECK(text("F16", 2, {0, 0xfc01, 0}) == "tensor 't': number 1 is not finite");
    CHECK(text("BF16", 2, {0, 0, 0x7f80}) == "tensor 't': number 2 is not finite");
    CHECK(text("F64", 8, {0, 0x7ff0000000000000, 0}) == "tensor 't': number 1 is not finite");
    CHECK(text("F64", 8, {0, 0x47f0000000000000, 0}) == "tensor 't': number 1 is not finite");  // 2^128
    CHECK(text("F64", 8, {0, 0x47e0000000000000, 0}) == "nothing");
}

TEST_CASE("safetensors: damaged files") {
    const auto many = [](const std::string& text, int times) {
        std::string all;
        for (int i = 0; i < times; ++i) all += text;
        return all;
    };
    const auto first = entry("a", "F32", "[2]", 0, 8);
    const auto second = entry("b", "F32", "[1]", 8, 12);
    const std::string good = "{" + first + "," + second + "}";
    CHECK(refusal(good, 12) == "nothing");
    CHECK(refusal("{}", 0) == "nothing");
    CHECK(refusal(file_bytes(good, 12), 20) ==
          "has " + std::to_string(good.size() + 20) + " bytes, more than the limit of 20");

    CHECK(refusal(Bytes{}) == "is truncated: no safetensors header");
    CHECK(refusal(Bytes(7)) == "is truncated: no safetensors header");
    CHECK(refusal(file_bytes("", 0)).starts_with("has a header that is not valid JSON: "));
    CHECK(refusal(file_bytes(good, 0, good.size() + 1)) == "is truncated: its header has " +
                                                               std::to_string(good.size() + 1) + " bytes, found " +
                                                               std::to_string(good.size()));
    CHECK(refusal(file_bytes(good, 12, UINT64_MAX)) ==
          "announces a header of 18446744073709551615 bytes, more than the "
          "limit of 100000000: no safetensors file");
    CHECK(refusal(file_bytes(good, 12, 100'000'001)).starts_with("announces a header of 100000001 bytes"));
    CHECK(refusal("{\"a\":", 0).starts_with("has a header that is not valid JSON: "));
    CHECK(refusal(good + "}", 12).starts_with("has a header that is not valid JSON: "));
    CHECK(refusal("{\"\xff\":1}", 0).starts_with("has a header that is not valid JSON: "));
    CHECK(refusal("[]", 0) == "has a header that is not a JSON object");
    CHECK(refusal("7", 0) == "has a header that is not a JSON object");
    CHECK(refusal(std::string(100000, '['), 0) == "has a header that is not a JSON object");
    CHECK(refusal(R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", 4) ==
          "tensor 'a' has a shape with an extent a list or an object");
    CHECK(refusal("{" + entry("a", "U8", "[1" + many(",1", 63) + "]", 0, 1) + "}", 1) == "nothing");
    CHECK(refusal("{" + entry("a", "U8", "[1" + many(",1", 64) + "]", 0, 1) + "}", 1) ==
          "tensor 'a' has a shape of more than 64 extents");
    CHECK(refusal("{" + first + "," + first + "}", 8) == "has a header with two entries 'a'");
    CHECK(refusal(R"({"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}})", 4) ==
          "has a header with two entries 'dtype'");
    CHECK(refusal(R"({"__metadata__":{},"__metadata__":{}})", 0) == "has a header with two entries '__metadata__'");
    CHECK(refusal(R"({"__metadata__":{"n":"1","n":"1"}})", 0) == "has a header with two entries 'n'");
    CHECK(refusal(R"({"__metadata__":[]})", 0) == "has metadata that are not a JSON object");
    CHECK(refusal(R"({"__metadata__":{"n":1}})", 0) == "has metadata 'n' that are not text");

    CHECK(refusal(R"({"a":1})", 0) == "tensor 'a' is not described by a JSON object");
    CHECK(refusal(R"({"a":{"shape":[1],"data_offsets":[0,4]}})", 4) == "tensor 'a' has no entry 'dtype'");
    CHECK(refusal(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4) == "tensor 'a' has no entry 'shape'");
    CHECK(refusal(R"({"a":{"dtype":"F32","shape":[1]}})", 4) == "tensor 'a' has no entry 'data_offsets'");
    CHECK(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})", 4) ==
          "tensor 'a' has an unknown entry 'x'");
    CHECK(refusal(R"({"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}})", 4) ==
          "tensor 'a' has a dtype that is not text");
    CHECK(refusal("{" + entry("a", "F33", "[1]", 0, 4) + "}", 4) == "tensor 'a' has the unknown dtype 'F33'");
    CHECK(refusal("{" + entry("a", "F32", "1", 0, 4) + "}", 4) == "tensor 'a' has a shape that is not a list");
    CHECK(refusal("{" + entry("a", "F32", "[-1]", 0, 4) + "}", 4) == "tensor 'a' has a shape with an extent -1");
    CHECK(refusal("{" + entry("a", "F32", "[1.0]", 0, 4) + "}", 4) == "tensor 'a' has a shape with an extent 1.0");
    CHECK(refusal("{" + entry("a", "F32", "[18446744073709551615]", 0, 4) + "}", 4) ==
          "tensor 'a' has a shape with an extent 18446744073709551615");
    CHECK(refusal("{" + entry("a", "F32", "[4294967296,4294967296]", 0, 0) + "}", 0) ==
          "tensor 'a' has 0 bytes, but F32 of shape [4294967296, 4294967296] needs more than there can be");
    CHECK(refusal("{" + entry("a", "F32", "[4294967296,4294967296,0]", 0, 0) + "}", 0) == "nothing");
    CHECK(refusal("{" + entry("a", "F32", "[2]", 0, 4) + "}", 4) ==
          "tensor 'a' has 4 bytes, but F32 of shape [2] needs 8");
    CHECK(refusal("{" + entry("a", "F32", "[0]", 0, 4) + "}", 4) ==
          "tensor 'a' has 4 bytes, but F32 of shape [0] needs 0");
    CHECK(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4) ==
          "tensor 'a' has data_offsets that are not two numbers");
    CHECK(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", 4) ==
          "tensor 'a' has data_offsets that are not two numbers");
    CHECK(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})", 4) ==
          "tensor 'a' has data_offsets with -4, expected two numbers");
    CHECK(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[null,0]}})", 4) ==
          "tensor 'a' has data_offsets with null, expected two numbers");
    CHECK(refusal("{" + entry("a", "F32", "[1]", 4, 0) + "}", 4) == "tensor 'a' ends before it begins: bytes [4,0]");
    CHECK(refusal(good, 11) ==
          "tensor 'b' has bytes [8,12], but the file has 11 after its header: it is truncated or damaged");
    CHECK(refusal("{" + first + "," + entry("b", "F32", "[2]", 4, 12) + "}", 12) ==
          "tensor 'b' shares bytes with tensor 'a'");
    CHECK(refusal("{" + first + "," + entry("b", "F32", "[2]", 0, 8) + "}", 8) ==
          "tensor 'b' shares bytes with tensor 'a'");
    CHECK(refusal("{" + first + "," + entry("b", "F32", "[1]", 9, 13) + "}", 13) ==
          "tensor 'b' comes after 1 bytes that belong to no tensor");
    CHECK(refusal("{" + second + "}", 12) == "tensor 'b' comes after 8 bytes that belong to no tensor");
    CHECK(refusal(good, 14) == "has 2 bytes after the last tensor");
    CHECK(refusal("{}", 1) == "has 1 bytes after the last tensor");

    // What a file says may stand in a message: neither control characters nor all of it.
    CHECK(refusal(R"({"\u001b[31m\u007fa":1})", 0) == "tensor '?[31m?a' is not described by a JSON object");
    CHECK(refusal("{\"" + many("a", 10000) + "\":1}", 0) == "tensor '" + many("a", 992) + "...");
}

TEST_CASE(
    "safetensors: a file cut off anywhere, or with any byte of its header changed, is refused or read, never more") {
    const Bytes whole =
        file_bytes("{" + entry("a", "F32", "[2]", 0, 8) + "," + entry("b", "I8", "[3]", 8, 11) + "}", 11);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK(refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))) != "nothing");
    }
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size() - 11; ++at) {
        Bytes changed = whole;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1U);
        refused += refusal(changed) != "nothing" ? 1 : 0;
    }
    CHECK(refused > 90);
}

namespace {

template <class... EdgeOptions>
using FloatDefaults = Defaults<FloatWeights, NoWeightStandardization, BatchNorm, Relu, EdgeOptions...>;

// Images of 3 x 6 x 5: a convolution with bias, a grouped one with stride, a dense layer behind an image, a classifier.
struct Net : Network<Image<3, 6, 5, UInt8, PaddingValue<51, 102, 204>>, FloatDefaults<>, Conv<Out<4>, Kernel<3>>,
                     Conv<Out<6>, Groups<2>, Kernel<3, 2>, Stride<2, 1>, Padding<1, 0>, AffineNorm>,
                     Dense<Flatten, Out<5>>, Classifier<TrainedBias, Out<3>>> {};
const std::vector<std::string> names{"conv1", "bn1", "conv2", "fc.0", "fc.1", "last"};
const InputNormalization normalization{.mean = {51 / 255.0, 102 / 255.0, 204 / 255.0}, .deviation = {0.2, 0.3, 0.5}};

Tensors random_tensors() {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    Tensors tensors;
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
        std::int64_t count = 1;
        for (const std::int64_t extent : shape) count *= extent;
        std::vector<float> data;
        for (std::int64_t i = 0; i < count; ++i) data.push_back(0.5F * normal(random));
        if (name.ends_with("running_var")) {
            for (float& x : data) x = 0.2F + std::fabs(x);
        }
        tensors[name] = {std::move(shape), std::move(data)};
    };
    const auto add_norm = [&](const std::string& name, std::int64_t channels) {
        for (const char* const part : {".weight", ".bias", ".running_mean", ".running_var"}) {
            add(name + part, {channels});
        }
        tensors[name + ".num_batches_tracked"] = {{}, {0}, "I64"};
    };
    add("conv1.weight", {4, 3, 3, 3});
    add("conv1.bias", {4});
    add_norm("bn1", 4);
    add("conv2.weight", {6, 2, 3, 2});
    add("conv2.bias", {6});
    add("fc.0.weight", {5, 72});
    add("fc.0.bias", {5});
    add_norm("fc.1", 5);
    add("last.weight", {3, 5});
    add("last.bias", {3});
    return tensors;
}

/// [channels][height][width] in double precision, as the other framework stores and computes.
struct Planes {
    std::size_t channels, height, width;
    std::vector<double> data;
    [[nodiscard]] double at(std::size_t c, std::ptrdiff_t y, std::ptrdiff_t x) const {
        if (y < 0 || x < 0 || y >= static_cast<std::ptrdiff_t>(height) || x >= static_cast<std::ptrdiff_t>(width)) {
            return 0;
        }
        return data[(c * height + static_cast<std::size_t>(y)) * width + static_cast<std::size_t>(x)];
    }
};

Planes convolve(const Planes& in, const Tensor& weight, const Tensor& bias, std::size_t groups, std::ptrdiff_t stride_y,
                std::ptrdiff_t padding_y, std::ptrdiff_t padding_x) {
    const auto extent = [&](std::size_t i) { return static_cast<std::size_t>(weight.shape[i]); };
    Planes out{extent(0), 0, 0, {}};
    out.height =
        (in.height + static_cast<std::size_t>(2 * padding_y) - extent(2)) / static_cast<std::size_t>(stride_y) + 1;
    out.width = in.width + static_cast<std::size_t>(2 * padding_x) - extent(3) + 1;
    for (std::size_t o = 0; o < out.channels; ++o) {
        for (std::size_t y = 0; y < out.height; ++y) {
            for (std::size_t x = 0; x < out.width; ++x) {
                double sum = static_cast<double>(bias.data[o]);
                std::size_t w = o * extent(1) * extent(2) * extent(3);
                for (std::size_t c = 0; c < extent(1); ++c) {
                    for (std::size_t i = 0; i < extent(2); ++i) {
                        for (std::size_t j = 0; j < extent(3); ++j) {
                            sum += static_cast<double>(weight.data[w++]) *
                                   in.at(o / (out.channels / groups) * extent(1) + c,
                                         static_cast<std::ptrdiff_t>(y) * stride_y - padding_y +
                                             static_cast<std::ptrdiff_t>(i),
                                         static_cast<std::ptrdiff_t>(x + j) - padding_x);
                        }
                    }
                }
                out.data.push_back(sum);
            }
        }
    }
    return out;
}

void normalize(Planes& planes, Tensors& tensors, const std::string& name, double epsilon) {
    const std::size_t pixels = planes.height * planes.width;
    for (std::size_t i = 0; i < planes.data.size(); ++i) {
        const std::size_t c = i / pixels;
        const auto value = [&](const char* part) { return static_cast<double>(tensors[name + part].data[c]); };
        planes.data[i] =
            (planes.data[i] - value(".running_mean")) / std::sqrt(value(".running_var") + epsilon) * value(".weight") +
            value(".bias");
    }
}
void relu(Planes& planes) {
    for (double& x : planes.data) x = std::max(x, 0.0);
}

/// The file's network, layer by layer.
std::vector<double> naive_logits(Tensors tensors, const std::uint8_t* image, bool normalizes, double epsilon = 1e-5) {
    Planes x{3, 6, 5, std::vector<double>(90)};
    for (std::size_t i = 0; i < 90; ++i) {
        const std::size_t c = i % 3;
        const double value = image[i] / 255.0;
        x.data[c * 30 + i / 3] = normalizes ? (value - normalization.mean[c]) / normalization.deviation[c] : value;
    }
    x = convolve(x, tensors["conv1.weight"], tensors["conv1.bias"], 1, 1, 1, 1);
    normalize(x, tensors, "bn1", epsilon);
    relu(x);
    x = convolve(x, tensors["conv2.weight"], tensors["conv2.bias"], 2, 2, 1, 0);
    relu(x);
    x = {72, 1, 1, x.data};  // channels, rows, columns
    tensors["fc.0.weight"].shape = {5, 72, 1, 1};
    x = convolve(x, tensors["fc.0.weight"], tensors["fc.0.bias"], 1, 1, 0, 0);
    normalize(x, tensors, "fc.1", epsilon);
    relu(x);
    tensors["last.weight"].shape = {3, 5, 1, 1};
    return convolve(x, tensors["last.weight"], tensors["last.bias"], 1, 1, 0, 0).data;
}

/// Loads into `training` and returns what the loader complained of, without the path; "nothing" if it did not.
template <class Network>
std::string complaint(Training<Network>& training, const Tensors& tensors,
                      const std::vector<std::string>& wanted = names, const WeightLoading& options = {},
                      const std::map<std::string, std::string>& metadata = {}) {
    const TemporaryFolder folder;
    const auto path = folder / "weights.safetensors";
    test_files::store(path, file_of(tensors, metadata));
    const SafetensorsFile file(path);
    const std::vector<float> before(training.parameters().begin(), training.parameters().end());
    std::vector<train::NamedNumbers> statistics;
    training.add_persistent(statistics);
    std::vector<std::vector<double>> kept;
    for (const auto& numbers : statistics) {
        const auto span = std::get<std::span<double>>(numbers.values);
        kept.emplace_back(span.begin(), span.end());
    }
    try {
        const std::vector<std::string> unused = load_weights(training, file, wanted, options);
        CHECK(unused.empty());
        return "nothing";
    } catch (const std::exception& error) {
        CHECK(std::equal(before.begin(), before.end(), training.parameters().begin()));
        for (std::size_t i = 0; i < statistics.size(); ++i) {
            const auto span = std::get<std::span<double>>(statistics[i].values);
            CHECK(std::equal(span.begin(), span.end(), kept[i].begin(), kept[i].end()));
        }
        std::string text = error.what();
        if (text.starts_with(path.string() + ": ")) text = text.substr(path.string().size() + 2);
        return text;
    }
}
std::string complaint(const Tensors& tensors, const std::vector<std::string>& wanted = names,
                      const WeightLoading& options = {}) {
    Training<Net> training(1);
    return complaint(training, tensors, wanted, options);
}

}  // namespace

TEST_CASE("weights of a file: the network computes what the file's network computes") {
    const Tensors tensors = random_tensors();
    std::mt19937 random(9);
    std::vector<std::uint8_t> images(4 * 90);
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random());
    struct Black : Network<Image<3, 6, 5>, FloatDefaults<>, Conv<Out<4>, Kernel<3>>,
                           Conv<Out<6>, Groups<2>, Kernel<3, 2>, Stride<2, 1>, Padding<1, 0>, AffineNorm>,
                           Dense<Flatten, Out<5>>, Classifier<TrainedBias, Out<3>>> {};
    const auto check = [&](auto& training, bool normalizes) {
        training.forward(images.data(), 4, train::Statistics::running);
        for (std::size_t n = 0; n < 4; ++n) {
            const std::vector<double> expected = naive_logits(tensors, images.data() + n * 90, normalizes);
            for (std::size_t i = 0; i < 3; ++i) {
                CHECK(std::fabs(static_cast<double>(training.float_logits()[n * 3 + i]) - expected[i]) <
                      2e-5 * (1 + std::fabs(expected[i])));
            }
        }
    };
    Training<Net> coloured(4);
    CHECK(complaint(coloured, tensors, names, {.normalization = normalization}) == "nothing");
    check(coloured, true);
    Training<Black> black(4);
    CHECK(complaint(black, tensors) == "nothing");
    check(black, false);
}

namespace {

/// The network of the file, in a framework with another epsilon; small variances, so that it counts.
struct Keras
    : Network<Image<3, 6, 5>,
              Defaults<FloatWeights, NoWeightStandardization, WithEpsilon<BatchNorm, Epsilon{1e-3}>, Relu>,
              Conv<Out<4>, Kernel<3>>, Conv<Out<6>, Groups<2>, Kernel<3, 2>, Stride<2, 1>, Padding<1, 0>, AffineNorm>,
              Dense<Flatten, Out<5>>, Classifier<TrainedBias, Out<3>>> {};
Tensors small_variances() {
    Tensors tensors = random_tensors();
    for (const char* const name : {"bn1.running_var", "fc.1.running_var"}) {
        for (float& x : tensors[name].data) x *= 0.01F;
    }
    return tensors;
}

}  // namespace

TEST_CASE("weights of a file: the epsilon of its norms") {
    const Tensors tensors = small_variances();
    std::mt19937 random(10);
    const std::vector<std::uint8_t> pixels = [&] {
        std::vector<std::uint8_t> result(90);
        for (std::uint8_t& p : result) p = static_cast<std::uint8_t>(random());
        return result;
    }();
    Training<Keras> training(1);
    CHECK(complaint(training, tensors, names, {}, {{"eps", "0.001"}}) == "nothing");
    training.forward(pixels.data(), 1, train::Statistics::running);
    const std::vector<double> expected = naive_logits(tensors, pixels.data(), false, 1e-3);
    const std::vector<double> usual = naive_logits(tensors, pixels.data(), false, 1e-5);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto found = static_cast<double>(training.float_logits()[i]);
        CHECK(std::fabs(found - expected[i]) < 2e-5 * (1 + std::fabs(expected[i])));
        CHECK(std::fabs(found - usual[i]) > 0.01);
    }
}

TEST_CASE("weights of a file: an epsilon that is not the network's") {
    const Tensors tensors = random_tensors();
    const auto refused = [&](auto training, const std::map<std::string, std::string>& metadata) {
        return complaint(training, tensors, names, {}, metadata);
    };
    CHECK(refused(Training<Keras>(1), {}) == "nothing");
    CHECK(refused(Training<Keras>(1), {{"eps", "1e-3"}, {"bn7.eps", "1"}}) == "nothing");
    // As a float prints.
    CHECK(refused(Training<Keras>(1), {{"bn1.eps", "0.0010000000474974513"}}) == "nothing");
    CHECK(refused(Training<Net>(1), {{"eps", "1e-05"}}) == "nothing");
    CHECK(refused(Training<Net>(1), {{"eps", "0.001"}}) ==
          "metadata 'eps' says that a norm has the epsilon 0.001, but that of layer 2 has 1e-05; give it "
          "WithEpsilon<BatchNorm, Epsilon{0.001}>");
    CHECK(refused(Training<Net>(1), {{"eps", "0.001"}, {"bn1.eps", "1e-5"}})
              .starts_with("metadata 'eps' says that a norm has the epsilon 0.001, but that of layer 4 has 1e-05"));
    CHECK(refused(Training<Net>(1), {{"fc.1.eps", "0.001"}}).starts_with("metadata 'fc.1.eps' says"));
    for (const char* const bad : {"", "small", "1e-5x", "0", "-1", "nan", "inf"}) {
        CHECK(refused(Training<Net>(1), {{"eps", bad}}) ==
              "metadata 'eps' is not a positive number: '" + std::string(bad) + "'");
    }
}

TEST_CASE("weights of a file: the places of all numbers") {
    Training<Net> training(1);
    Tensors tensors = random_tensors();
    CHECK(complaint(training, tensors) == "nothing");
    const auto parameter = [&](std::size_t row, std::int64_t i) {
        return training.parameters()[static_cast<std::size_t>(train::plan<Net>.parameters[row] + i)];
    };
    // Row 0: [4][3][3][3 channels]; row 3: [6][3][2][2]; row 6: [5][3 x 4 pixels][6 channels].
    CHECK(parameter(0, ((2 * 3 + 1) * 3 + 2) * 3 + 1) == tensors["conv1.weight"].data[((2 * 3 + 1) * 3 + 1) * 3 + 2]);
    CHECK(parameter(3, ((4 * 3 + 2) * 2 + 0) * 2 + 1) == tensors["conv2.weight"].data[((4 * 2 + 1) * 3 + 2) * 2 + 0]);
    CHECK(parameter(6, (3 * 12 + 7) * 6 + 5) == tensors["fc.0.weight"].data[(3 * 6 + 5) * 12 + 7]);
    CHECK(parameter(9, 2 * 5 + 4) == tensors["last.weight"].data[2 * 5 + 4]);
    CHECK(parameter(1, 3) == tensors["bn1.weight"].data[3]);
    CHECK(parameter(1, 4 + 2) == tensors["bn1.bias"].data[2]);
    CHECK(training.state<1>().running_mean[2] == static_cast<double>(tensors["bn1.running_mean"].data[2]) -
                                                     static_cast<double>(tensors["conv1.bias"].data[2]));
    CHECK(training.state<1>().running_variance[1] == static_cast<double>(tensors["bn1.running_var"].data[1]));
    CHECK(parameter(4, 5) == 1.0F);
    CHECK(parameter(4, 6 + 5) == tensors["conv2.bias"].data[5]);
    CHECK(parameter(10, 1) == tensors["last.bias"].data[1]);

    // Without biases these are 0; a normalisation is enough to move the means.
    for (const char* const name : {"conv1.bias", "conv2.bias", "fc.0.bias", "last.bias"}) tensors.erase(name);
    CHECK(complaint(training, tensors, names, {.normalization = normalization}) == "nothing");
    CHECK(parameter(4, 6 + 5) == 0.0F);
    CHECK(parameter(10, 1) == 0.0F);
    double constant = 0;
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = 0; i < 9; ++i) {
            constant += static_cast<double>(tensors["conv1.weight"].data[(2 * 3 + c) * 9 + i]) * normalization.mean[c] /
                        normalization.deviation[c];
        }
    }
    CHECK(training.state<1>().running_mean[2] ==
          doctest::Approx(static_cast<double>(tensors["bn1.running_mean"].data[2]) + constant).epsilon(1e-12));
}

TEST_CASE("weights of a file: what does not fit is refused and changes nothing") {
    const Tensors good = random_tensors();
    const auto changed = [&](const std::function<void(Tensors&)>& change) {
        Tensors tensors = good;
        change(tensors);
        return complaint(tensors);
    };
    CHECK(complaint(good) == "nothing");
    CHECK(changed([](Tensors& t) { t.erase("conv2.weight"); }) == "has no tensor 'conv2.weight'");
    CHECK(changed([](Tensors& t) { t.erase("fc.1.running_var"); }) == "has no tensor 'fc.1.running_var'");
    CHECK(changed([](Tensors& t) {
              t["conv1.weight"].shape = {4, 3, 9};
          }) == "tensor 'conv1.weight' has shape [4, 3, 9], but layer 2 needs [4, 3, 3, 3]");
    CHECK(changed([](Tensors& t) {
              t["conv2.weight"].shape = {6, 2, 2, 3};
          }) == "tensor 'conv2.weight' has shape [6, 2, 2, 3], but layer 3 needs [6, 2, 3, 2]");
    CHECK(changed([](Tensors& t) {
              t["fc.0.weight"].shape = {72, 5};
          }) == "tensor 'fc.0.weight' has shape [72, 5], but layer 4 needs [5, 72]");
    CHECK(changed([](Tensors& t) {
              t["last.bias"] = {{4}, {1, 2, 3, 4}};
          }) == "tensor 'last.bias' has shape [4], but layer 5 needs [3]");
    CHECK(changed([](Tensors& t) {
              t["bn1.weight"] = {{1, 4}, {1, 2, 3, 4}};
          }) == "tensor 'bn1.weight' has shape [1, 4], but layer 2 needs [4]");
    CHECK(changed([](Tensors& t) { t["conv1.weight"].type = "I32"; }) ==
          "tensor 'conv1.weight' has type I32, expected F32");
    CHECK(changed([](Tensors& t) { t["fc.0.weight"].data[17] = std::numeric_limits<float>::quiet_NaN(); }) ==
          "tensor 'fc.0.weight': number 17 is not finite");
    CHECK(changed([](Tensors& t) { t["bn1.running_var"].data[3] = -1e-6F; }) ==
          "tensor 'bn1.running_var': number 3 is negative");
    CHECK(changed([](Tensors& t) {
              t["z.weight"] = {{2, 1}, {1, 2}};
          }) == "has 1 tensors that the network does not need, the first is 'z.weight' of shape [2, 1]");
    CHECK(complaint(good, {"conv1", "bn1", "conv2", "fc.0", "fc.1"}) ==
          "names of products and norms: expected 6, found 5");
    CHECK(complaint(good, {"conv1", "bn1", "conv2", "fc.0", "fc.1", "last", "x"}) ==
          "names of products and norms: expected 6, found 7");
    CHECK(complaint(good, {"conv1", "bn1", "conv2", "fc.0", "bn1", "last"}) ==
          "tensor 'bn1.weight' has shape [4], but layer 4 needs [5]");
    struct Twins
        : Network<Image<1, 2, 2>, FloatDefaults<>, Conv<Out<1>>, Conv<Out<1>>, Classifier<Out<2>, TrainedBias>> {};
    Training<Twins> twins(1);
    Tensors twin{{"a.weight", {{1, 1, 3, 3}, std::vector<float>(9)}}};
    for (const char* const part : {"n.weight", "n.bias", "n.running_mean", "n.running_var"}) twin[part] = {{1}, {1}};
    CHECK(complaint(twins, twin, {"a", "n", "a", "n", "last"}) == "tensor 'a.weight' is asked for twice");

    Tensors huge = good;
    huge["conv1.weight"].data[5] = 3e38F;
    CHECK(complaint(huge, names, {.normalization = normalization}) ==
          "tensor 'conv1.weight': number 5 is too large after the normalisation of the input");

    Tensors more = good;
    more["z.weight"] = {{1}, {1}};
    more["y"] = {{}, {1}};
    const TemporaryFolder folder;
    test_files::store(folder / "more", file_of(more));
    Training<Net> training(1);
    CHECK(load_weights(training, SafetensorsFile(folder / "more"), names, {.ignore_unused = true}) ==
          std::vector<std::string>{"y", "z.weight"});
}

TEST_CASE("weights of a file: step sizes that are trained start from them") {
    struct Learnt : Network<Features<3>, Classifier<Lsq<3>, Out<2>, NoNorm>> {};
    Training<Learnt> training(1);
    CHECK(complaint(training, {{"a.weight", {{2, 3}, {1, -2, 3, -4, 5, 6}}}}, {"a"}) == "nothing");
    CHECK(training.parameters()[5] == 6.0F);
    CHECK(training.parameters()[6] == doctest::Approx(2 * 3.5 / std::sqrt(3.0)));
}

TEST_CASE("weights of a file: networks that cannot take them") {
    const auto refused = [](auto training, const Tensors& tensors, const std::vector<std::string>& wanted,
                            const WeightLoading& options = {}) {
        return complaint(training, tensors, wanted, options);
    };
    const Tensors dense{{"a.weight", {{2, 3}, {1, 2, 3, 4, 5, 6}}}, {"a.bias", {{2}, {1, 2}}}};
    struct Bare : Network<Features<3>, Classifier<FloatWeights, NoWeightStandardization, Out<2>, NoNorm>> {};
    CHECK(refused(Training<Bare>(1), dense, {"a"}) ==
          "tensor 'a.bias' has no place: layer 1 has no norm; give it TrainedBias");
    CHECK(refused(Training<Bare>(1), {{"a.weight", dense.at("a.weight")}}, {"a"},
                  {.normalization = {.mean = {0, 0, 0.5}, .deviation = {1, 1, 1}}}) ==
          "the mean of the input after 'a.weight' has no place: layer 1 has no norm; give it TrainedBias");
    CHECK(refused(Training<Bare>(1), {{"a.weight", dense.at("a.weight")}}, {"a"}) == "nothing");
    struct Standardized : Network<Features<3>, Classifier<FloatWeights, Out<2>, TrainedBias>> {};
    CHECK(
        refused(Training<Standardized>(1), dense, {"a"}) ==
        "tensor 'a.weight': layer 1 standardises its weights and would not compute what the file's network does; give "
        "it NoWeightStandardization");
    struct Quantized : Network<Features<3>, Classifier<QInt<4>, Out<2>, TrainedBias>> {};
    CHECK(refused(Training<Quantized>(1), dense, {"a"}) == "nothing");
    struct Layered : Network<Features<3>, Classifier<QInt<4>, Out<2>>> {};
    CHECK(
        refused(Training<Layered>(1), dense, {"a", "n"}) ==
        "the parameters of layer 1, a norm (layer-batch norm), cannot be read from a file: a norm has to be BatchNorm, "
        "TrainedBias or AffineNorm");
    struct Single : Network<Features<3>, Classifier<FloatWeights, NoWeightStandardization, Out<2>, BatchNorm>> {};
    Tensors with_norm = dense;
    for (const char* const part : {"n.weight", "n.bias", "n.running_mean", "n.running_var"}) {
        with_norm[part] = {{2}, {1, 2}};
    }
    CHECK(refused(Training<Single>(1), with_norm, {"a", "n"}) ==
          "tensor 'n.weight' has shape [2], but layer 1 needs [1]");

    // A norm without a product in front has a name; convolutions in time have three extents.
    struct Alone : Network<Signal<2, 8>, FloatDefaults<>, Normalize<AffineNorm>, Activate<>, Conv1d<Out<3>, NoNorm>,
                           GlobalAvgPool> {};
    Tensors signal{{"s.weight", {{2}, {2, 3}}}, {"s.bias", {{2}, {4, 5}}}};
    signal["c.weight"] = {{3, 2, 3}, std::vector<float>(18, 1)};
    Training<Alone> alone(1);
    CHECK(complaint(alone, signal, {"s", "c"}) == "nothing");
    CHECK(std::vector<float>(alone.parameters().begin(), alone.parameters().begin() + 5) ==
          std::vector<float>{2, 3, 4, 5, 1});
}

TEST_CASE("weights of a file: normalisations that do not fit") {
    const Tensors good = random_tensors();
    const auto refused = [&](InputNormalization n) { return complaint(good, names, {.normalization = std::move(n)}); };
    const std::string begin = "normalisation of the input: ";
    CHECK(refused({.mean = {0.2, 0.4}, .deviation = {1, 1, 1}}) == begin + "2 means and 3 deviations for 3 channels");
    CHECK(refused({.mean = {0.2, 0.4, 0.8}}) == begin + "3 means and 0 deviations for 3 channels");
    CHECK(refused({.mean = {0.2, NAN, 0.8}, .deviation = {1, 1, 1}}) == begin + "mean 1 is not finite");
    CHECK(refused({.mean = {0.2, 0.4, 0.8}, .deviation = {1, 1, 0}}) == begin + "deviation 2 is not positive");
    CHECK(refused({.mean = {0.2, 0.4, 0.8}, .deviation = {1, INFINITY, 1}}) == begin + "deviation 1 is not positive");
    CHECK(refused({.mean = {0.2, 0.4, 0.797}, .deviation = {1, 1, 1}})
              .starts_with(begin + "layer 2 pads channel 2 with code 204.0"));
    CHECK(refused({.mean = {0.2, 0.4, 0.8019}, .deviation = {1, 1, 1}}) == "nothing");

    // Pools in front of the first convolution change nothing; a branch that joins the input does.
    struct Pooled : Network<Image<3, 4, 4>, FloatDefaults<>, AvgPool<2>, Conv<Out<2>, Padding<0>, Kernel<1>>,
                            Classifier<TrainedBias, Out<2>>> {};
    Tensors pooled{{"a.weight", {{2, 3, 1, 1}, {1, 2, 3, 4, 5, 6}}}, {"l.weight", {{2, 8}, std::vector<float>(16, 1)}}};
    for (const char* const part : {"n.weight", "n.bias", "n.running_mean", "n.running_var"})
        pooled[part] = {{2}, {1, 1}};
    Training<Pooled> training(1);
    CHECK(complaint(training, pooled, {"a", "n", "l"}, {.normalization = normalization}) == "nothing");
    CHECK(training.parameters()[4] == doctest::Approx(5 / 0.3));
    CHECK(training.state<2>().running_mean[1] ==
          doctest::Approx(1 + 4 * 0.2 / 0.2 + 5 * 0.4 / 0.3 + 6 * 0.8 / 0.5).epsilon(1e-6));
    struct Joined
        : Network<Image<3, 4, 4>, FloatDefaults<FloatBranchGrid>, Residual<Conv<Out<3>, Padding<0>, Kernel<1>>>,
                  Activate<>, Classifier<TrainedBias, Out<2>>> {};
    Training<Joined> joined(1);
    CHECK(complaint(joined, pooled, {"a", "n", "l"}, {.normalization = normalization})
              .starts_with(begin + "layer 2.shortcut reads the input and has no weights"));
}

TEST_CASE("names of a ResNet") {
    const std::vector<std::string> all = resnet_names(3);
    REQUIRE(all.size() == 2 + 3 * 3 * 4 + 1);
    CHECK(all[0] == "conv1");
    CHECK(all[3] == "layer1.0.bn1");
    CHECK(all[4] == "layer1.0.conv2");
    CHECK(all[14] == "layer2.0.conv1");
    CHECK(all[37] == "layer3.2.bn2");
    CHECK(all[38] == "linear");
    CHECK_THROWS_WITH(static_cast<void>(resnet_names(0)), "blocks of a ResNet: expected at least 1, found 0");
}

}  // namespace safetensors_test
