// What is fuzzed: a function that reads a file, what it may take of memory, and files that it reads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "data_files/temporary_folder.hpp"

namespace fuzz {

using test_files::Bytes;

/// One entry of the list in readers.hpp.
struct Reader {
    const char* name;
    /// Reads the file. May throw std::runtime_error that names it; anything else is a finding.
    void (*read)(const std::filesystem::path&);
    /// Good files, beside those in seeds/NAME.
    std::vector<Bytes> (*seeds)();
    /// Most memory at one time: this many times the file's size, and these bytes.
    std::size_t multiple;
    std::size_t constant;
    /// The same file with a right checksum, without which no change would come further than that; may be null.
    Bytes (*sealed)(std::span<const std::uint8_t>) = nullptr;
};

inline constexpr std::size_t kib = 1024;

/// The bytes that `write` leaves in the file whose path it is given.
template <class Write>
Bytes written(const Write& write) {
    const test_files::TemporaryFolder folder;
    const auto path = folder / "file";
    write(path);
    return test_files::load(path);
}

/// What is wrong with a message about a file; empty if nothing is.
inline std::string message_fault(std::string_view message, const std::filesystem::path& path) {
    constexpr std::size_t longest = 2000;
    const std::string begin = path.string() + ": ";
    if (!message.starts_with(begin)) return "does not begin with the file";
    message.remove_prefix(begin.size());
    if (message.empty()) return "has no reason";
    if (message.size() > longest) return "is too long";
    const bool prints = std::none_of(message.begin(), message.end(), [](char letter) {
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
    });
    return prints ? "" : "has control characters";
}

}  // namespace fuzz
