// Files that may be compressed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/data/gzip.hpp"
#include "intaglio/data/xz.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// All bytes of a plain file, or the decompressed bytes of a gzip or xz file; the content decides, not the name.
/// `max_bytes` bounds the result. Errors: as read_bytes, decompress_gzip and decompress_xz.
[[nodiscard]] inline std::vector<std::uint8_t> read_packed_bytes(const std::filesystem::path& path,
                                                                 std::uint64_t max_bytes) {
    // What cannot be shrunk is stored with some overhead, so a compressed file may be a little larger.
    constexpr std::uint64_t header_allowance = std::uint64_t{1} << 16;
    const std::uint64_t overhead = max_bytes / 1000 + header_allowance;
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    auto bytes = read_bytes(path, max_bytes > most - overhead ? most : max_bytes + overhead);
    if (is_gzip(bytes)) return decompress_gzip(bytes, max_bytes, path);
    if (is_xz(bytes)) return decompress_xz(bytes, max_bytes, path);
    if (bytes.size() > max_bytes) {
        throw_file_error(path, joined({"has ", bytes.size(), " bytes, more than the limit of ", max_bytes}));
    }
    return bytes;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
