// Reading a whole file into memory, with a bound given by the caller.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/file_handle.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace data_detail {

/// Grows `out` geometrically: a small file that claims to be large costs only what it really decodes to.
inline void grow_decoded(std::vector<std::uint8_t>& out, std::uint64_t limit) {
    constexpr std::uint64_t first_size = std::uint64_t{1} << 16;
    const std::uint64_t wanted = std::max(first_size, std::uint64_t{2} * out.size());
    out.resize(static_cast<std::size_t>(std::min(wanted, limit)));
}

}  // namespace data_detail

/// All bytes of the regular file `path`.
/// Errors: std::runtime_error that names the file when it is missing, not a regular file (a folder, a pipe, a device),
/// unreadable, changed while it was read, or larger than `max_bytes`; the size is compared before memory is taken.
[[nodiscard]] inline std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path, std::uint64_t max_bytes) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) {
        // A missing file also sets `error`; anything else (no permission, a loop of links) says more by itself.
        throw_file_error(path, error ? joined({"cannot be opened: ", error.message()}) : std::string("no such file"));
    }
    if (!std::filesystem::is_regular_file(status)) throw_file_error(path, "is not a regular file");
    const std::uint64_t size = std::filesystem::file_size(path, error);
    if (error) throw_file_error(path, joined({"size unknown: ", error.message()}));
    if (size > max_bytes) {
        throw_file_error(path, joined({"has ", size, " bytes, more than the limit of ", max_bytes}));
    }
    if (size > PTRDIFF_MAX) {
        throw_file_error(path, joined({"has ", size, " bytes, more than this processor can address"}));
    }

    errno = 0;
    const FileHandle file(std::fopen(path.c_str(), "rb"));
    if (!file) throw_file_error(path, "cannot be opened", errno);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
    const std::size_t got = bytes.empty() ? 0 : std::fread(bytes.data(), 1, bytes.size(), file.get());
    if (std::ferror(file.get()) != 0) throw_file_error(path, "read error", errno);
    if (got != bytes.size() || std::fgetc(file.get()) != EOF) {
        throw_file_error(path, "changed its size while it was read");
    }
    return bytes;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
