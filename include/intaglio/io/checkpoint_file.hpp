// Checkpoints: a signature and named arrays of numbers in one file, and the comparison of signatures.
#pragma once

#include <algorithm>
#include <cstddef>
#include <intaglio/data/file_error.hpp>
#include <intaglio/io/checkpoint_reader.hpp>
#include <intaglio/io/checkpoint_writer.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace intaglio {

namespace detail {

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
    return "'" + shown + (line->size() > most ? "...'" : "'");
}

}  // namespace detail

/// Makes sure that a checkpoint belongs to what `expected` describes.
/// Errors: std::runtime_error that names the file and the first line that differs (counted from 1), expected and found.
inline void require_signature(const CheckpointReader& reader, const std::string& expected) {
    if (reader.signature() == expected) return;
    std::optional<std::string_view> expected_rest = expected;
    std::optional<std::string_view> found_rest = reader.signature();
    for (std::size_t number = 1;; ++number) {
        const auto expected_line = detail::take_line(expected_rest);
        const auto found_line = detail::take_line(found_rest);
        if (expected_line == found_line) continue;
        throw_file_error(reader.path(), "belongs to another model: line " + std::to_string(number) +
                                            " of the signature: expected " + detail::quoted_line(expected_line) +
                                            ", found " + detail::quoted_line(found_line));
    }
}

}  // namespace intaglio
