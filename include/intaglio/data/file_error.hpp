// The one form of complaint about a file: "<path>: <reason>".
#pragma once

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Throws std::runtime_error("<path>: <reason>").
[[noreturn]] inline void throw_file_error(const std::filesystem::path& path, std::string_view reason) {
    throw std::runtime_error(joined({path.string(), ": ", reason}));
}

/// The same with the text of an errno value after the reason: "<path>: <reason>: No such file or directory".
[[noreturn]] inline void throw_file_error(const std::filesystem::path& path, std::string_view reason,
                                          int error_number) {
    throw_file_error(path, joined({reason, ": ", std::generic_category().message(error_number)}));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
