// What a safetensors file says of the epsilon of its norms.
#pragma once

#include <cstdlib>
#include <map>
#include <string>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/safetensors.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/train/loop/option_text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// Throws std::runtime_error if the file's metadata say, under the key `own` or "eps", which is for all norms, that the
/// norm of a row has another epsilon. Numbers are compared as floats, in which other frameworks may keep them.
[[gnu::cold]] inline void check_norm_epsilon(const SafetensorsFile& file, const Row& row, const std::string& own) {
    const std::map<std::string, std::string>& metadata = file.metadata();
    const auto found = metadata.contains(own) ? metadata.find(own) : metadata.find("eps");
    if (found == metadata.end()) return;
    const auto& [key, text] = *found;
    char* end = nullptr;
    const double epsilon = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || *end != '\0' || !train::is_finite(epsilon) || !(epsilon > 0)) {
        throw_file_error(file.path(), joined({"metadata '", key, "' is not a positive number: '", text, "'"}));
    }
    if (static_cast<float>(epsilon) == static_cast<float>(row.epsilon)) return;
    throw_file_error(file.path(), joined({"metadata '", key, "' says that a norm has the epsilon ", text,
                                          ", but that of ", layer_text(row.path), " has ", number_text(row.epsilon),
                                          "; give it WithEpsilon<BatchNorm, Epsilon{", number_text(epsilon), "}>"}));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
