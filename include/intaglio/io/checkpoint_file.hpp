// Checkpoints: a signature and named arrays of numbers in one file, and the comparison of signatures.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/checkpoint_reader.hpp"
#include "intaglio/io/checkpoint_writer.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

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

}  // namespace io_detail

/// Begins each line of a signature that tells an option of a run; they come after those that tell its network.
inline constexpr std::string_view option_prefix = "option ";

namespace io_detail {

/// Settings, one a line, as lines of a signature.
inline std::string option_lines(const std::string& settings) {
    std::string text;
    for (std::size_t begin = 0; begin < settings.size();) {
        const std::size_t end = std::min(settings.find('\n', begin), settings.size());
        text += option_prefix;
        text.append(settings, begin, end - begin);
        text += '\n';
        begin = end + 1;
    }
    return text;
}

/// The lines of a signature before the options.
inline std::string_view network_lines(std::string_view signature) {
    if (signature.starts_with(option_prefix)) return {};
    const auto options = signature.find(joined({"\n", option_prefix}));
    return options == std::string_view::npos ? signature : signature.substr(0, options + 1);
}

/// Throws for the first line that differs, if one does.
inline void compare_lines(const CheckpointReader& reader, std::string_view expected, std::string_view found) {
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
        throw_file_error(reader.path(), joined({"belongs to ", what, ": expected ", quoted_line(expected_line),
                                                ", found ", quoted_line(found_line)}));
    }
}

}  // namespace io_detail

/// Makes sure that a checkpoint belongs to what `expected` describes.
/// Errors: std::runtime_error that names the file and the first line that differs (counted from 1), expected and found.
inline void require_signature(const CheckpointReader& reader, const std::string& expected) {
    io_detail::compare_lines(reader, expected, reader.signature());
}
/// The same of the lines before the options: makes sure that a checkpoint belongs to a network.
inline void require_network(const CheckpointReader& reader, const std::string& expected) {
    io_detail::compare_lines(reader, expected, io_detail::network_lines(reader.signature()));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
