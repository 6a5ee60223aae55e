// Model files: a canonical model as a safetensors file, which any program that reads those can open, and the way back.
//
// Tensors of row N of the facts table, each only where the row has such numbers:
//   row.N.weights      U8 [output unit][byte]: codes in 1, 2, 4 or 8 bits, see CodePacking; each unit begins a byte
//   row.N.thresholds   I32 [level][channel]
//   row.N.falling      U8 [channel]
//   row.N.multipliers  I32, row.N.addends I64, row.N.shifts U8: one for each channel or one for all
//   row.N.numbers      I64, entries of a table of codes; of an operation from outside of the library
// They mean what RowNumbers says. Metadata: "format", "version", "signature" (model_signature), "logit_exponent",
// "checksum" (XXH64 of the signature and canonical_bytes), "rows" (JSON for readers without the network's type) and
// what the writer of the file noted, under "note.KEY".
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "intaglio/canonical/bytes.hpp"
#include "intaglio/canonical/check.hpp"
#include "intaglio/canonical/describe.hpp"
#include "intaglio/canonical/model.hpp"
#include "intaglio/canonical/network.hpp"
#include "intaglio/canonical/packed_codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/checksum.hpp"
#include "intaglio/integer/plan.hpp"
#include "intaglio/io/safetensors.hpp"
#include "intaglio/io/safetensors_writer.hpp"
#include "intaglio/io/signature.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// What the writer of a model file says about it: names of classes, where the data are from, an accuracy.
using ModelNotes = std::map<std::string, std::string>;

namespace io_detail {

inline constexpr std::string_view model_format = "intaglio model";
inline constexpr std::string_view model_version = "1";
inline constexpr std::string_view note_prefix = "note.";

[[gnu::cold]] inline std::string model_checksum(const ModelNumbers& model, const std::string& signature) {
    const std::vector<std::byte> bytes = canonical_bytes(model);
    Checksum sum;
    sum.add_bytes({reinterpret_cast<const std::uint8_t*>(signature.data()), signature.size()});
    sum.add_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    return checksum_text(sum.value());
}

/// Whether a row has numbers of its own in a model: then "rows" describes it.
[[nodiscard]] inline bool has_numbers(const RowNumbers& numbers) {
    return !(numbers == RowNumbers{});
}

/// What a reader without the type must know of a row to use its numbers.
[[gnu::cold]] inline nlohmann::json row_description(const FactsView& facts, std::int32_t index) {
    const Row& row = facts.row(index);
    const Value& out = facts.value(row.output);
    nlohmann::json text = {{"row", index},
                           {"layer", path_text(row.path)},
                           {"operation", row.kind},
                           {"output_shape", {out.shape.height, out.shape.width, out.shape.channels}},
                           {"codes", {row.codes.lowest, row.codes.highest}}};
    if (row.weights > 0) {
        const ConvolutionExtents& e = row.extents;
        const CodePacking packing = code_packing(row);
        text["weight_shape"] = {e.out.channels, e.kernel_height, e.kernel_width, e.channels_per_group()};
        text["weight_bits"] = packing.bits;
        text["weight_lowest"] = packing.lowest;
        text["weight_step"] = packing.step;
        text["weight_spacing"] = row.weight_spacing;
        text["weight_offset"] = row.weight_offset;
        text["weight_denominator"] = row.weight_denominator;
    }
    return text;
}

[[gnu::cold]] inline std::string row_descriptions(const FactsView& facts, const ModelNumbers& model) {
    nlohmann::json rows = nlohmann::json::array();
    for (std::size_t i = 0; i < model.rows.size(); ++i) {
        if (has_numbers(model.rows[i])) rows.push_back(row_description(facts, static_cast<std::int32_t>(i)));
    }
    return rows.dump();
}

[[gnu::cold]] inline std::string tensor_name(std::size_t row, std::string_view list) {
    return joined({"row.", row, ".", list});
}

template <class T>
[[gnu::cold]] void add_list(SafetensorsWriter& writer, const std::string& name, const std::vector<T>& numbers,
                            std::int64_t levels = 0) {
    if (numbers.empty()) return;
    const auto count = static_cast<std::int64_t>(numbers.size());
    std::vector<std::int64_t> shape{count};
    if (levels > 0) shape = {levels, count / levels};
    writer.add(name, shape, std::span<const T>(numbers));
}

[[gnu::cold]] inline void add_row(SafetensorsWriter& writer, std::size_t index, const Row& row,
                                  const RowNumbers& numbers) {
    if (!numbers.weights.empty()) {
        const std::vector<std::uint8_t> bytes = pack_units(row, numbers.weights);
        add_list(writer, tensor_name(index, "weights"), bytes, row.extents.out.channels);
    }
    add_list(writer, tensor_name(index, "thresholds"), numbers.thresholds, row.steps);
    add_list(writer, tensor_name(index, "falling"), numbers.falling);
    add_list(writer, tensor_name(index, "multipliers"), numbers.multipliers);
    add_list(writer, tensor_name(index, "addends"), numbers.addends);
    add_list(writer, tensor_name(index, "shifts"), numbers.shifts);
    add_list(writer, tensor_name(index, "numbers"), numbers.numbers);
}

[[gnu::cold]] inline void save_model(const ModelNumbers& model, const FactsView& facts,
                                     const std::filesystem::path& path, const ModelNotes& notes) {
    require_fitting(model, facts);
    const std::string signature = model_signature(facts);
    SafetensorsWriter writer;
    writer.add_metadata("format", std::string(model_format));
    writer.add_metadata("version", std::string(model_version));
    writer.add_metadata("signature", signature);
    writer.add_metadata("logit_exponent", std::to_string(model.logit_exponent));
    writer.add_metadata("rows", row_descriptions(facts, model));
    writer.add_metadata("checksum", model_checksum(model, signature));
    for (const auto& [key, text] : notes) writer.add_metadata(joined({note_prefix, key}), text);
    for (std::size_t i = 0; i < model.rows.size(); ++i) add_row(writer, i, facts.rows[i], model.rows[i]);
    writer.write(path);
}

/// Reads the numbers of a model file; every member function throws std::runtime_error that names the file.
class ModelFileReader {
  public:
    [[gnu::cold]] explicit ModelFileReader(const std::filesystem::path& path) : file_(path) {
        if (text("format") != model_format)
            fail(joined({"is no model file: its format is ", quoted_line(text("format"))}));
        if (text("version") != model_version) {
            fail(joined({"has version ", quoted_line(text("version")), ", expected ", model_version}));
        }
    }

    [[gnu::cold]] [[nodiscard]] ModelNumbers read(const FactsView& facts) {
        const std::string signature = model_signature(facts);
        compare_lines(file_.path(), signature, text("signature"));
        ModelNumbers model;
        model.logit_exponent = exponent();
        model.rows.resize(facts.rows.size);
        for (std::size_t i = 0; i < model.rows.size(); ++i) read_row(i, facts.rows[i], model.rows[i]);
        if (read_ != file_.tensors().size()) {
            fail(joined({"has ", file_.tensors().size(), " tensors, of which the network has ", read_}));
        }
        try {
            require_fitting(model, facts);
        } catch (const std::invalid_argument& error) {
            fail(error.what());
        }
        const std::string checksum = model_checksum(model, signature);
        if (text("checksum") != checksum) {
            fail(joined({"is damaged: its checksum is ", checksum, ", expected ", quoted_line(text("checksum"))}));
        }
        return model;
    }

    [[gnu::cold]] [[nodiscard]] ModelNotes notes() const {
        ModelNotes notes;
        for (const auto& [key, value] : file_.metadata()) {
            if (key.starts_with(note_prefix)) notes.emplace(key.substr(note_prefix.size()), value);
        }
        return notes;
    }

  private:
    [[noreturn]] void fail(std::string_view reason) const { throw_file_error(file_.path(), reason); }

    [[nodiscard]] std::string_view text(const std::string& key) const {
        const auto at = file_.metadata().find(key);
        if (at == file_.metadata().end()) fail(joined({"is no model file: it has no metadata '", key, "'"}));
        return at->second;
    }

    [[nodiscard]] std::int32_t exponent() const {
        const std::string_view number = text("logit_exponent");
        std::int32_t value = 0;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
        if (error != std::errc{} || end != number.data() + number.size() || value < -1024 || value > 1024) {
            fail(joined({"has the logit_exponent ", quoted_line(number), ", expected -1024 ... 1024"}));
        }
        return value;
    }

    template <class T>
    void read_list(std::size_t row, std::string_view list, std::vector<T>& numbers) {
        const std::string name = tensor_name(row, list);
        if (!file_.has(name)) return;
        numbers = file_.numbers<T>(name);
        ++read_;
    }

    void read_row(std::size_t index, const Row& row, RowNumbers& numbers) {
        std::vector<std::uint8_t> bytes;
        read_list(index, "weights", bytes);
        if (row.weights > 0) {
            unpack_weights(index, row, bytes, numbers.weights);
        } else if (!bytes.empty()) {
            fail(
                joined({"has tensor '", tensor_name(index, "weights"), "', but ", place_text(row), " has no weights"}));
        }
        read_list(index, "thresholds", numbers.thresholds);
        read_list(index, "falling", numbers.falling);
        read_list(index, "multipliers", numbers.multipliers);
        read_list(index, "addends", numbers.addends);
        read_list(index, "shifts", numbers.shifts);
        read_list(index, "numbers", numbers.numbers);
    }

    void unpack_weights(std::size_t index, const Row& row, const std::vector<std::uint8_t>& bytes,
                        std::vector<std::int8_t>& weights) const {
        if (bytes.size() != packed_unit_bytes(row)) {
            fail(joined({"tensor '", tensor_name(index, "weights"), "' has ", bytes.size(), " bytes, expected ",
                         packed_unit_bytes(row)}));
        }
        weights.resize(static_cast<std::size_t>(row.weights));
        const std::size_t wrong = unpack_units(row, bytes, weights);
        if (wrong < weights.size()) {
            fail(joined({"tensor '", tensor_name(index, "weights"), "': weight ", wrong, " of ", place_text(row),
                         " is none of its ", code_packing(row).states, " states"}));
        }
    }

    SafetensorsFile file_;
    std::size_t read_ = 0;
};

}  // namespace io_detail

/// Writes a model: weight codes packed by their bits, steps, logits and their unit, and what identifies the network.
/// The bytes are the same on every machine. The old file stays as it is unless the new one is complete. Throws
/// std::runtime_error that names the file, std::invalid_argument if the model is not one of Net.
template <class Net>
void save_model(const Model<Net>& model, const std::filesystem::path& path, const ModelNotes& notes = {}) {
    static_assert(raise<integer::Refusal<Net>>());
    io_detail::save_model(model, facts<Net>.view(), path, notes);
}

/// Reads what save_model wrote. Throws std::runtime_error that names the file and the reason: it is missing, damaged,
/// no model file, or of another network, whose first difference is told.
template <class Net>
[[nodiscard]] Model<Net> load_model(const std::filesystem::path& path) {
    static_assert(raise<integer::Refusal<Net>>());
    Model<Net> model;
    static_cast<ModelNumbers&>(model) = io_detail::ModelFileReader(path).read(facts<Net>.view());
    return model;
}

/// The notes of a model file. Throws std::runtime_error that names the file.
[[nodiscard]] inline ModelNotes model_notes(const std::filesystem::path& path) {
    return io_detail::ModelFileReader(path).notes();
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
