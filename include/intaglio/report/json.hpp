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

/// The content of a JSON file of at most `max_bytes`, as values that take up to forty times the memory of the text.
/// Errors: std::runtime_error that names the file and the position; values in more than 100 lists or objects.
[[nodiscard]] inline nlohmann::json read_json(const std::filesystem::path& path,
                                              std::uint64_t max_bytes = std::uint64_t{1} << 24) {
    constexpr int deepest = 100;
    const auto bytes = read_bytes(path, max_bytes);
    using Event = nlohmann::json::parse_event_t;
    const auto callback = [&](int depth, Event event, const nlohmann::json&) {
        const bool begins = event == Event::array_start || event == Event::object_start;
        if (begins && depth >= deepest) throw_file_error(path, joined({"is JSON nested more than ", deepest, " deep"}));
        return true;
    };
    try {
        return nlohmann::json::parse(bytes.begin(), bytes.end(), callback);
    } catch (const nlohmann::json::exception& error) {
        throw_file_error(path, std::string("is not valid JSON: ") + error.what());
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
