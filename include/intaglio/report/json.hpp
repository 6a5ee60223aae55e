// JSON files, written completely or not at all (nlohmann-json).
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/atomic_file.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Writes `value` as indented text with a final newline. NaN and infinities become null, as JSON has no word for them.
/// Errors: std::runtime_error that names the file; also when a string in `value` is not UTF-8.
inline void write_json(const std::filesystem::path& path, const nlohmann::json& value) {
    std::string text;
    try {
        text = value.dump(2);
    } catch (const nlohmann::json::exception& error) {
        throw_file_error(path, std::string("cannot be written as JSON: ") + error.what());
    }
    write_file_atomically(path, joined({text, "\n"}));
}

/// The content of a JSON file of at most `max_bytes`. Errors: std::runtime_error that names the file and the position.
[[nodiscard]] inline nlohmann::json read_json(const std::filesystem::path& path,
                                              std::uint64_t max_bytes = std::uint64_t{1} << 28) {
    const auto bytes = read_bytes(path, max_bytes);
    try {
        return nlohmann::json::parse(bytes.begin(), bytes.end());
    } catch (const nlohmann::json::exception& error) {
        throw_file_error(path, std::string("is not valid JSON: ") + error.what());
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
