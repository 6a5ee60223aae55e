// Model files: what is in them, what comes back, and every reason to refuse one.
#include "intaglio/io/model_file.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/canonical/packed_codes.hpp"
#include "intaglio/model/vocabulary.hpp"
#include "intaglio/train/lowering.hpp"

namespace model_file_test {

using namespace intaglio;
using test_files::Bytes;
using test_files::TemporaryFolder;

namespace {

/// Weights of 1, 2, 4 and 8 bits; steps by thresholds and by multipliers.
struct Net
    : Network<Image<1, 6, 6>, Defaults<QInt<2>, BatchNorm>, Conv<QInt<8>, Out<3>, Act<M_a{3}>>,
              Conv<Out<5>, Act<M_a{40}>>, Conv<BinaryWeights, Out<4>, Act<M_a{2}>>, Conv<QInt<4>, Out<3>, Act<M_a{4}>>,
              Conv<DoReFa<2>, Out<3>, Act<M_a{4}>>, GlobalAvgPool, Classifier<QInt<8>, Out<2>>> {};

struct Other : Network<Image<1, 6, 6>, Defaults<QInt<2>, BatchNorm>, Conv<QInt<8>, Out<3>, Act<M_a{3}>>,
                       Conv<Out<5>, Act<M_a{41}>>, GlobalAvgPool, Classifier<QInt<8>, Out<2>>> {};

const Model<Net>& trained() {
    static const Model<Net> model = lower(Training<Net>(4));
    return model;
}

Bytes bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
void write_bytes(const std::filesystem::path& path, const Bytes& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// Why reading the file is refused, after its name.
template <class N = Net>
std::string refusal(const std::filesystem::path& path) {
    try {
        (void)load_model<N>(path);
    } catch (const std::runtime_error& error) {
        const std::string text = error.what();
        const std::string begin = path.string() + ": ";
        CHECK(text.starts_with(begin));
        return text.substr(begin.size());
    }
    return "";
}

/// The file of the trained model with another header; the tensors stay where they are.
std::string refusal_of_header(const std::function<void(nlohmann::json&)>& change) {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    save_model(trained(), path);
    const Bytes bytes = bytes_of(path);
    const auto length = static_cast<std::ptrdiff_t>(load_little_endian<std::uint64_t>(bytes.data()));
    nlohmann::json header = nlohmann::json::parse(bytes.begin() + 8, bytes.begin() + 8 + length);
    change(header);
    const std::string text = header.dump();
    Bytes changed(8);
    store_little_endian(std::uint64_t{text.size()}, changed.data());
    changed.insert(changed.end(), text.begin(), text.end());
    changed.insert(changed.end(), bytes.begin() + 8 + length, bytes.end());
    write_bytes(path, changed);
    return refusal(path);
}

/// The model with some numbers changed behind the back of its checks, written as a file with a right checksum.
std::string refusal_of_model(const std::function<void(ModelNumbers&)>& change) {
    ModelNumbers model = trained();
    change(model);
    try {
        require_fitting(model, facts<Net>.view());
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

std::size_t row_of(const std::string& kind, int number) {
    for (std::size_t i = 0; i < facts<Net>.rows.size(); ++i) {
        if (facts<Net>.rows[i].kind == kind && number-- == 0) return i;
    }
    throw std::logic_error("no such row");
}

}  // namespace

TEST_CASE("a model comes back as it was, with its notes") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    save_model(trained(), path, {{"classes", "shirt, shoe"}, {"accuracy", "92.6 %"}});
    const Model<Net> model = load_model<Net>(path);
    CHECK(model == trained());
    CHECK(model_notes(path) == ModelNotes{{"accuracy", "92.6 %"}, {"classes", "shirt, shoe"}});
    const Bytes first = bytes_of(path);
    save_model(model, path, {{"classes", "shirt, shoe"}, {"accuracy", "92.6 %"}});
    CHECK(bytes_of(path) == first);
    save_model(model, path);
    CHECK(model_notes(path).empty());
    CHECK(certify(load_model<Net>(path), IntegerNetwork<Net>(trained())).proven());
}

TEST_CASE("codes in 1, 2, 4 and 8 bits, spelt out") {
    Row row;
    row.weight_states = 3;
    row.weight_codes = {-1, 1};
    const std::vector<std::int8_t> ternary{-1, 0, 1, 1, 0};
    CHECK(code_packing(row).bits == 2);
    CHECK(pack_codes(code_packing(row), ternary) == Bytes{0b10100100, 0b01});
    std::vector<std::int8_t> read(5);
    CHECK(unpack_codes(code_packing(row), Bytes{0b10100100, 0b01}, read) == 5);
    CHECK(read == ternary);
    CHECK(unpack_codes(code_packing(row), Bytes{0b10101100, 0b11}, read) == 1);

    row.weight_states = 2;
    CHECK(code_packing(row).bits == 1);
    CHECK(code_packing(row).step == 2);
    CHECK(pack_codes(code_packing(row), std::vector<std::int8_t>{1, -1, 1, 1, -1, -1, -1, -1, 1}) == Bytes{0b1101, 1});

    row.weight_states = 15;
    row.weight_codes = {-7, 7};
    CHECK(code_packing(row).bits == 4);
    CHECK(pack_codes(code_packing(row), std::vector<std::int8_t>{-7, 7, 0}) == Bytes{0xe0, 0x07});

    row.weight_states = 255;
    row.weight_codes = {-127, 127};
    CHECK(code_packing(row).bits == 8);
    CHECK(pack_codes(code_packing(row), std::vector<std::int8_t>{-127, 127}) == Bytes{0, 254});
    row.weight_states = 256;
    row.weight_codes = {-128, 127};
    CHECK(pack_codes(code_packing(row), std::vector<std::int8_t>{-128, 127}) == Bytes{0, 255});
}

TEST_CASE("what another program finds in the file") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    save_model(trained(), path);
    const SafetensorsFile file(path);
    CHECK(file.metadata().at("format") == "intaglio model");
    CHECK(file.metadata().at("signature") == model_signature(facts<Net>.view()));
    CHECK(file.metadata().at("logit_exponent") == std::to_string(trained().logit_exponent));
    const auto rows = nlohmann::json::parse(file.metadata().at("rows"));
    const std::size_t ternary = row_of("product", 1);
    CHECK(file.tensor("row." + std::to_string(ternary) + ".weights").shape == std::vector<std::int64_t>{5, 7});
    // All that a reader needs to have the codes back: the file's own words.
    for (const auto& described : rows) {
        if (!described.contains("weight_bits")) continue;
        const auto index = described.at("row").get<std::size_t>();
        const auto bytes = file.numbers<std::uint8_t>("row." + std::to_string(index) + ".weights");
        const auto shape = described.at("weight_shape").get<std::vector<std::size_t>>();
        const std::size_t unit = shape[1] * shape[2] * shape[3];
        const auto bits = described.at("weight_bits").get<std::size_t>();
        const std::size_t unit_bytes = (unit * bits + 7) / 8;
        REQUIRE(bytes.size() == shape[0] * unit_bytes);
        bool same = true;
        for (std::size_t i = 0; i < shape[0] * unit; ++i) {
            const std::size_t bit = i % unit * bits;
            const int number = bytes[i / unit * unit_bytes + bit / 8] >> bit % 8 & ((1 << bits) - 1);
            const int code = described.at("weight_lowest").get<int>() + number * described.at("weight_step").get<int>();
            same = same && code == trained().rows[index].weights[i];
        }
        CHECK(same);
    }
    // Numbers lie at multiples of their size.
    for (const SafetensorsEntry& tensor : file.tensors()) {
        CHECK(tensor.begin % (tensor.type == "I64" ? 8U : tensor.type == "I32" ? 4U : 1U) == 0);
    }
}

TEST_CASE("a file of another network names the first difference") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    save_model(trained(), path);
    const std::string reason = refusal<Other>(path);
    CHECK(reason.find("belongs to another model: line ") != std::string::npos);
    CHECK(reason.find("codes 0 .. 40") != std::string::npos);
    CHECK(reason.find("codes 0 .. 39") != std::string::npos);
}

TEST_CASE("damaged and foreign files") {
    CHECK(refusal("/nowhere/model.safetensors").find("No such file") != std::string::npos);
    const auto metadata = [](const char* key, const char* text) {
        return [=](nlohmann::json& header) { header["__metadata__"][key] = text; };
    };
    CHECK(refusal_of_header([](auto& header) { header["__metadata__"].erase("format"); }) ==
          "is no model file: it has no metadata 'format'");
    CHECK(refusal_of_header([](auto& header) { header["__metadata__"].erase("checksum"); }) ==
          "is no model file: it has no metadata 'checksum'");
    CHECK(refusal_of_header(metadata("format", "pt")) == "is no model file: its format is 'pt'");
    CHECK(refusal_of_header(metadata("version", "2")) == "has version '2', expected 1");
    CHECK(refusal_of_header(metadata("logit_exponent", "1.5")) ==
          "has the logit_exponent '1.5', expected -1024 ... 1024");
    CHECK(refusal_of_header(metadata("logit_exponent", "1025")) ==
          "has the logit_exponent '1025', expected -1024 ... 1024");
    CHECK(refusal_of_header(metadata("logit_exponent", "3")).starts_with("is damaged: its checksum is "));
    CHECK(refusal_of_header(metadata("checksum", "0123456789abcdef")).ends_with(", expected '0123456789abcdef'"));
    const std::string weights = "row." + std::to_string(row_of("product", 0)) + ".weights";
    CHECK(refusal_of_header([&](auto& header) {
              header["surplus"] = header[weights];
              header.erase(weights);
          }) == "tensor '" + weights + "' has 0 bytes, expected 27");
    CHECK(refusal_of_header([&](auto& header) { header[weights]["dtype"] = "I8"; }) ==
          "tensor '" + weights + "' has type I8, expected U8");
    const std::size_t step = row_of("product", 0) + 2;
    const std::string falling = "row." + std::to_string(step) + ".falling";
    CHECK(refusal_of_header([&](auto& header) {
              header["surplus"] = header.at(falling);
              header.erase(falling);
          }).find("tensors, of which the network has") != std::string::npos);
}

TEST_CASE("every truncation and every changed byte of the numbers is found") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    save_model(trained(), path);
    const Bytes bytes = bytes_of(path);
    const std::size_t data = 8 + static_cast<std::size_t>(load_little_endian<std::uint64_t>(bytes.data()));
    for (std::size_t size = 0; size < bytes.size(); size += size < data ? 997 : 1) {
        write_bytes(path, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
        CHECK_MESSAGE(!refusal(path).empty(), size);
    }
    for (std::size_t at = data; at < bytes.size(); ++at) {
        Bytes changed = bytes;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1U << at % 8);
        write_bytes(path, changed);
        // Bits that fill up the last byte of a unit hold nothing.
        if (const std::string reason = refusal(path); reason.empty()) CHECK((load_model<Net>(path) == trained()));
    }
}

TEST_CASE("numbers with which an inference would overflow") {
    const auto logits = facts<Net>.rows.size() - 1;
    const auto change = [&](std::int64_t addend) {
        return [=](ModelNumbers& model) { model.rows[logits].addends[0] = addend; };
    };
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    CHECK(refusal_of_model(change(most)).find("overflows") != std::string::npos);
    CHECK(refusal_of_model(change(-most)).find("overflows") != std::string::npos);
    CHECK(refusal_of_model(change(most / 2)).empty());
}

TEST_CASE("a model that does not fit is not written, and the old file stays") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    save_model(trained(), path);
    const Bytes before = bytes_of(path);
    Model<Net> model = trained();
    model.rows[row_of("product", 1)].weights[0] = 2;
    CHECK_THROWS_AS(save_model(model, path), std::invalid_argument);
    CHECK(bytes_of(path) == before);
    CHECK_THROWS_AS(save_model(trained(), folder / "no" / "folder"), std::runtime_error);
}

}  // namespace model_file_test
