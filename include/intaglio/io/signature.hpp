// Signatures: text that describes a network line by line, and where two of them differ first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Begins each line of a signature that tells an option of a run; they come after those that tell its network.
inline constexpr std::string_view option_prefix = "option ";

namespace io_detail {

/// Takes the next line off `text`; nothing when it is used up.
inline std::optional<std::string_view> take_line(std::optional<std::string_view>& text) {
    if (!text) return std::nullopt;
    const auto line_end = text->find('\n');
    const auto line = text->substr(0, line_end);
    text = line_end == std::string_view::npos ? std::nullopt : std::optional(text->substr(line_end + 1));
    return line;
}

/// A line for a message: quoted, cut, and without control characters (a hostile file must not reach the terminal).
inline std::string quoted_line(const std::optional<std::string_view>& line) {
    if (!line) return "the end of the signature";
    constexpr std::size_t most = 200;
    std::string shown(line->substr(0, most));
    std::replace_if(
        shown.begin(), shown.end(),
        [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; }, '?');
    return joined({"'", shown, (line->size() > most ? "...'" : "'")});
}

/// Throws for the first line that differs, if one does.
inline void compare_lines(const std::filesystem::path& path, std::string_view expected, std::string_view found) {
    if (expected == found) return;
    std::optional<std::string_view> expected_rest = expected;
    std::optional<std::string_view> found_rest = found;
    for (std::size_t number = 1;; ++number) {
        auto expected_line = take_line(expected_rest);
        auto found_line = take_line(found_rest);
        if (expected_line == found_line) continue;
        std::string what = joined({"another model: line ", number, " of the signature"});
        if (expected_line && found_line && expected_line->starts_with(option_prefix) &&
            found_line->starts_with(option_prefix)) {
            what = "a run with another option";
            expected_line->remove_prefix(option_prefix.size());
            found_line->remove_prefix(option_prefix.size());
        }
        throw_file_error(path, joined({"belongs to ", what, ": expected ", quoted_line(expected_line), ", found ",
                                       quoted_line(found_line)}));
    }
}

}  // namespace io_detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
