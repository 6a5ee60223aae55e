// The one form of complaint about a file: "<path>: <reason>".
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace data_detail {

/// A reason may quote a file: it is cut, and a hostile file must not reach the terminal by control characters.
[[gnu::cold]] inline std::string printable_reason(std::string_view reason) {
    constexpr std::size_t longest = 1000;
    std::string text(reason.substr(0, longest));
    std::replace_if(
        text.begin(), text.end(),
        [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; }, '?');
    return reason.size() > longest ? joined({text, "..."}) : text;
}

}  // namespace data_detail

/// Throws std::runtime_error("<path>: <reason>"), of the reason at most 1000 bytes, '?' for control characters.
[[noreturn]] inline void throw_file_error(const std::filesystem::path& path, std::string_view reason) {
    throw std::runtime_error(joined({path.string(), ": ", data_detail::printable_reason(reason)}));
}

/// The same with the text of an errno value after the reason: "<path>: <reason>: No such file or directory".
[[noreturn]] inline void throw_file_error(const std::filesystem::path& path, std::string_view reason,
                                          int error_number) {
    throw_file_error(path, joined({reason, ": ", std::generic_category().message(error_number)}));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
