// Networks of other people: an ONNX file as the type of a network and a file of its weights.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/host/number_text.hpp"
#include "intaglio/io/atomic_file.hpp"
#include "intaglio/io/import/code_layers.hpp"
#include "intaglio/io/import/float_layers.hpp"
#include "intaglio/io/import/text.hpp"
#include "intaglio/io/import/translate.hpp"
#include "intaglio/io/onnx/file.hpp"
#include "intaglio/io/safetensors_writer.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// How a network is imported.
struct ImportOptions {
    std::string name = "Net";     ///< of the type
    std::string source = "ONNX";  ///< the name of the file, for comments
    std::string codes{};          ///< of the input: UInt8, Int8 or Int16; empty: UInt8, of a signal Int16
    /// The source reads (x - mean) / deviation, one number for each channel or one for all; x is what an input code
    /// stands for. Empty: it reads x.
    std::vector<double> mean{};
    std::vector<double> deviation{};
};

/// An imported network.
struct ImportedNetwork {
    std::string header;                   ///< C++: defines the type
    std::vector<ImportedTensor> tensors;  ///< its weights
    std::map<std::string, std::string> metadata;
    std::vector<std::string> notes;  ///< what a person should know: nodes that were left out, inexact values
    bool is_float = false;           ///< a teacher of real numbers, not a network of codes
};

/// A network that cannot be expressed: what() has a line for each node, which names it and says why.
class ImportError : public std::runtime_error {
  public:
    [[gnu::cold]] explicit ImportError(std::vector<std::string> sentences)
        : std::runtime_error(text(sentences)), sentences_(std::move(sentences)) {}
    [[nodiscard]] const std::vector<std::string>& sentences() const { return sentences_; }

  private:
    [[gnu::cold]] static std::string text(const std::vector<std::string>& sentences) {
        std::string all = joined({sentences.size(), " things cannot be expressed"});
        for (const std::string& sentence : sentences) all += joined({"\n", sentence});
        return all;
    }
    std::vector<std::string> sentences_;
};

namespace io_detail {

inline constexpr std::string_view import_format = "intaglio import";

[[gnu::cold]] inline std::string numbers_text(const std::vector<double>& numbers) {
    std::string text;
    for (const double x : numbers) text += joined({(text.empty() ? "" : " "), number_text(x)});
    return text;
}

/// What input codes stand for, and the normalisation that the options ask for.
class ImportedInput {
  public:
    [[gnu::cold]] ImportedInput(const ImportGraph& graph, const ImportOptions& options) {
        const ImageShape& shape = graph.nodes[0].shape;
        const bool is_signal = shape.height == 1 && shape.width > 1;
        const int type = graph.input_type;  // of a source that reads codes itself
        codes = !options.codes.empty() ? options.codes
                : type == 2            ? "UInt8"
                : type == 3            ? "Int8"
                : type == 5            ? "Int16"
                : is_signal            ? "Int16"
                                       : "UInt8";
        if (codes != "UInt8" && codes != "Int8" && codes != "Int16") {
            throw std::invalid_argument(
                joined({"codes of the input: expected UInt8, Int8 or Int16, found '", codes, "'"}));
        }
        denominator = codes == "UInt8" ? 255 : codes == "Int8" ? 128 : 32768;
        const auto channels = static_cast<std::size_t>(shape.channels);
        if (options.mean.empty() && options.deviation.empty() && !graph.reads_codes) return;
        mean = given(options.mean, channels, 0, "means");
        deviation = given(options.deviation, channels, graph.reads_codes ? 1 / denominator : 1, "deviations");
    }

    std::string codes;
    double denominator = 255;
    std::vector<double> mean;  ///< empty: nothing is normalised
    std::vector<double> deviation;

    [[nodiscard]] CodeRange range() const {
        return codes == "UInt8" ? CodeRange{0, 255} : codes == "Int8" ? CodeRange{-128, 127} : CodeRange{-32768, 32767};
    }
    /// What a code of each channel stands for in the source.
    [[nodiscard]] ImportAffine affine(std::size_t channels) const {
        ImportAffine all{std::vector<double>(channels, 1 / denominator), std::vector<double>(channels, 0)};
        for (std::size_t c = 0; c < mean.size(); ++c) {
            all.slope[c] /= deviation[c];
            all.offset[c] = -mean[c] / deviation[c];
        }
        return all;
    }
    /// After a normalisation that the source does itself.
    void normalise(const std::vector<double>& own_mean, const std::vector<double>& own_deviation) {
        if (own_mean.empty()) return;
        if (mean.empty()) {
            mean.assign(own_mean.size(), 0);
            deviation.assign(own_mean.size(), 1);
        }
        for (std::size_t c = 0; c < own_mean.size(); ++c) {
            mean[c] += own_mean[c] * deviation[c];
            deviation[c] *= own_deviation[c];
        }
    }

  private:
    [[nodiscard]] static std::vector<double> given(const std::vector<double>& numbers, std::size_t channels,
                                                   double otherwise, const char* what) {
        if (numbers.empty()) return std::vector<double>(channels, otherwise);
        if (numbers.size() != 1 && numbers.size() != channels) {
            throw std::invalid_argument(
                joined({what, " of the input: expected 1 or ", channels, ", found ", numbers.size()}));
        }
        std::vector<double> all = numbers;
        all.resize(channels, numbers[0]);
        for (const double x : all) {
            if (!std::isfinite(x) || (otherwise != 0 && !(x > 0))) {
                throw std::invalid_argument(joined({what, " of the input: ", number_text(x), " is none"}));
            }
        }
        return all;
    }
};

/// What convolutions hold around the image where the source holds 0: the colour of the mean.
[[gnu::cold]] inline std::string padding_option(const ImportedInput& input, const ImportGraph& graph,
                                                std::vector<std::string>& notes) {
    bool pads = false;
    for (const ImportNode& node : graph.nodes) {
        pads = pads || (node.kind == ImportNode::Kind::product && node.window.has_padding() && node.inputs[0] == 0);
    }
    if (!pads || input.mean.empty() || input.mean.size() > 4) return "";
    std::string text;
    bool is_exact = true;
    bool is_zero = true;
    for (const double mean : input.mean) {
        const double code = std::round(mean * input.denominator);
        is_exact = is_exact && std::fabs(code - mean * input.denominator) < 1e-6;
        is_zero = is_zero && code == 0;
        text += joined({(text.empty() ? "" : ", "), static_cast<std::int64_t>(code)});
    }
    if (!is_exact) {
        notes.push_back(joined({"the first convolution pads with the codes ", text,
                                ", the nearest to the mean, where the source pads with the mean: numbers at the border"
                                " differ a little"}));
    }
    return is_zero ? "" : joined({"PaddingValue<", text, ">"});
}

[[gnu::cold]] inline void require_identifier(const std::string& name) {
    bool good = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
    for (const char letter : name) {
        good = good && ((letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                        (letter >= 'A' && letter <= 'Z') || letter == '_');
    }
    if (!good) throw std::invalid_argument(joined({"'", printable(name), "' is no name of a type"}));
}

}  // namespace io_detail

/// Reads the bytes of an ONNX file and gives the type of its network, as a person would have written it, with its
/// weights. Real numbers become a teacher: load_weights(training, SafetensorsFile) reads what save_imported writes.
/// Throws ImportError that lists all nodes that cannot be expressed, std::runtime_error if the bytes are no ONNX file,
/// std::invalid_argument for options that are wrong.
[[gnu::cold]] inline ImportedNetwork import_onnx(std::span<const std::uint8_t> bytes,
                                                 const ImportOptions& options = {}) {
    using namespace io_detail;
    require_identifier(options.name);
    const OnnxFile file = read_onnx(bytes);
    ImportProblems problems;
    ImportedLayers layers;
    ImportGraph graph;
    std::optional<ImportedInput> read;
    bool has_codes = false;
    try {
        graph = ImportTranslator(file, problems).translate();
        if (!problems.exist()) {
            const std::vector<ImportBlock> blocks = ImportStructure(graph).blocks();
            read.emplace(graph, options);
            for (const ImportNode& node : graph.nodes) has_codes = has_codes || node.function.has_codes();
            if (has_codes) {
                const auto channels = static_cast<std::size_t>(graph.nodes[0].shape.channels);
                layers = CodeLayerBuilder(graph, problems, read->range(), read->affine(channels)).build(blocks);
            } else {
                layers = FloatLayerBuilder(graph, problems).build(blocks);
                read->normalise(layers.mean, layers.deviation);
            }
        }
    } catch (const ImportRefusal& refusal) {
        problems.add("the graph", refusal.what());
    }
    if (!problems.exist() && layers.layers.empty()) problems.add("the graph", "has no layers");
    if (problems.exist()) throw ImportError(problems.sentences());

    ImportedNetwork result;
    const ImportedInput& input = *read;
    result.is_float = !has_codes;
    result.notes = std::move(layers.notes);
    const std::string padding = has_codes ? std::string() : padding_option(input, graph, result.notes);
    result.metadata["format"] = import_format;
    for (const std::string& name : layers.names) {
        result.metadata["names"] += joined({(name == layers.names.front() ? "" : "\n"), name});
    }
    if (has_codes) {
        result.metadata["logit_exponent"] = std::to_string(layers.logit_exponent);
    } else if (!input.mean.empty()) {
        result.metadata["mean"] = numbers_text(input.mean);
        result.metadata["deviation"] = numbers_text(input.deviation);
    }
    result.tensors = std::move(layers.tensors);
    std::string meaning =
        joined({"It reads codes x of '", printable(graph.input_name), "', each of which stands for x / ",
                static_cast<std::int64_t>(input.denominator), "."});
    if (graph.reads_codes && options.mean.empty() && options.deviation.empty()) {
        meaning += "\nThe source reads the codes themselves.";
    } else if (!input.mean.empty()) {
        meaning += joined({"\nThe source reads (x - mean) / deviation: mean ", numbers_text(input.mean), ", deviation ",
                           numbers_text(input.deviation), "."});
    }
    if (graph.input_is_channels_last) meaning += "\nThe source has channels last, as the codes have.";
    result.header = header_text({.name = options.name,
                                 .source = options.source,
                                 .input = input_text(graph.nodes[0].shape, input.codes, padding),
                                 .meaning = meaning,
                                 .is_float = result.is_float},
                                std::move(layers));
    return result;
}

/// Reads an ONNX file of at most 2 GiB, as import_onnx of its bytes; errors of the file name it.
[[gnu::cold]] inline ImportedNetwork import_onnx(const std::filesystem::path& path, ImportOptions options = {}) {
    constexpr std::uint64_t most = std::uint64_t{1} << 31;
    if (options.source == ImportOptions{}.source) options.source = path.filename().string();
    const std::vector<std::uint8_t> bytes = read_bytes(path, most);
    try {
        return import_onnx(bytes, options);
    } catch (const ImportError&) {
        throw;
    } catch (const std::invalid_argument&) {
        throw;
    } catch (const std::runtime_error& error) {
        throw_file_error(path, error.what());
    }
}

/// Writes the header and the weights of an imported network; each file is complete or the old one. Throws
/// std::runtime_error that names the file.
[[gnu::cold]] inline void save_imported(const ImportedNetwork& network, const std::filesystem::path& header,
                                        const std::filesystem::path& weights) {
    SafetensorsWriter writer;
    for (const auto& [key, text] : network.metadata) writer.add_metadata(key, text);
    for (const ImportedTensor& tensor : network.tensors) {
        std::visit(
            [&]<class T>(const std::vector<T>& numbers) {
                writer.add(tensor.name, tensor.shape, std::span<const T>(numbers));
            },
            tensor.numbers);
    }
    writer.write(weights);
    write_file_atomically(header, network.header);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
