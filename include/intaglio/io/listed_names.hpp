// Names of layers that a safetensors file brings along (nlohmann-json).
#pragma once

#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/io/safetensors.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The names that a file's metadata have for its network, one a line under "names", in its order: imported networks
/// bring them along. Throws std::runtime_error that names the file if there are none.
[[gnu::cold]] [[nodiscard]] inline std::vector<std::string> weight_names(const SafetensorsFile& file) {
    const auto found = file.metadata().find("names");
    if (found == file.metadata().end()) throw_file_error(file.path(), "has no metadata 'names'");
    std::vector<std::string> names(1);
    for (const char letter : found->second) {
        if (letter == '\n') {
            names.emplace_back();
        } else {
            names.back() += letter;
        }
    }
    return names;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
