// The integers of an imported network, from the file that save_imported wrote (nlohmann-json).
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/canonical/check.hpp"
#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/integer/plan.hpp"
#include "intaglio/io/listed_names.hpp"
#include "intaglio/io/safetensors.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

/// Rows of the network and names of the file, one after the other.
[[gnu::cold]] inline ModelNumbers read_imported_model(const SafetensorsFile& file, const FactsView& facts) {
    const auto fail = [&](const std::string& reason) { throw_file_error(file.path(), reason); };
    const auto exponent = file.metadata().find("logit_exponent");
    if (exponent == file.metadata().end()) {
        fail("has no logit_exponent: it holds real numbers, which load_weights reads");
    }
    ModelNumbers model;
    const std::string& text = exponent->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), model.logit_exponent);
    if (error != std::errc{} || end != text.data() + text.size()) fail("has a logit_exponent that is no number");
    const std::vector<std::string> names = weight_names(file);
    std::size_t next = 0;
    model.rows.resize(facts.rows.size);
    for (std::size_t i = 0; i < facts.rows.size; ++i) {
        const Row& row = facts.rows[i];
        if (row.weights == 0 && row.steps == 0 && row.table == 0 && i + 1 != facts.rows.size) continue;
        if (next == names.size()) {
            fail(joined({"has names for ", names.size(), " layers, and none for ", place_text(row)}));
        }
        const std::string& name = names[next++];
        RowNumbers& numbers = model.rows[i];
        const auto read = [&]<class T>(const char* part, std::vector<T>& to) {
            if (file.has(name + part)) to = file.numbers<T>(name + part);
        };
        read(".weight", numbers.weights);
        read(".thresholds", numbers.thresholds);
        read(".falling", numbers.falling);
        read(".multipliers", numbers.multipliers);
        read(".addends", numbers.addends);
        read(".shifts", numbers.shifts);
        read(".numbers", numbers.numbers);
    }
    if (next != names.size()) fail(joined({"has names for ", names.size(), " layers, the network has ", next}));
    try {
        require_fitting(model, facts);
    } catch (const std::invalid_argument& wrong) {
        fail(wrong.what());
    }
    return model;
}

}  // namespace io_detail

/// Reads what save_imported wrote of a quantised network into the type that was imported with it. save_model then
/// writes a model file of it. Throws std::runtime_error that names the file and the layer that does not fit.
template <class Net>
[[gnu::cold]] [[nodiscard]] Model<Net> load_imported(const std::filesystem::path& path) {
    static_assert(raise<integer::Refusal<Net>>());
    Model<Net> model;
    static_cast<ModelNumbers&>(model) = io_detail::read_imported_model(SafetensorsFile(path), facts<Net>.view());
    return model;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
