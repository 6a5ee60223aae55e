// Data that is compressed with gzip. The only header that includes zlib (link with -lz).
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// True when the bytes begin with the magic number of gzip, 1f 8b.
[[nodiscard]] inline bool is_gzip(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

namespace data_detail {

/// An inflate stream that expects a gzip header, and checks CRC and length of its trailer.
class InflateStream {
  public:
    explicit InflateStream(const std::filesystem::path& path) {
        constexpr int gzip_only = 16;
        if (inflateInit2(&stream, MAX_WBITS + gzip_only) != Z_OK) throw_file_error(path, "zlib cannot start");
    }
    ~InflateStream() { inflateEnd(&stream); }
    InflateStream(const InflateStream&) = delete;
    InflateStream& operator=(const InflateStream&) = delete;

    z_stream stream{};
};

}  // namespace data_detail

/// Decodes gzip data (one member, or several in a row as RFC 1952 allows). `path` only names the origin in messages.
/// Errors: std::runtime_error when the data is truncated or corrupt (header, deflate code, CRC, length), is followed by
/// bytes that are no gzip member, or decodes to more than `max_bytes`.
[[nodiscard]] inline std::vector<std::uint8_t> decompress_gzip(std::span<const std::uint8_t> compressed,
                                                               std::uint64_t max_bytes,
                                                               const std::filesystem::path& path) {
    constexpr std::size_t max_chunk = std::numeric_limits<uInt>::max();
    // One byte above the limit has room, so that "exactly the limit" and "more" can be told apart.
    const std::uint64_t capacity = max_bytes == std::numeric_limits<std::uint64_t>::max() ? max_bytes : max_bytes + 1;
    data_detail::InflateStream inflater(path);
    z_stream& stream = inflater.stream;
    std::vector<std::uint8_t> out;
    std::size_t consumed = 0;
    std::size_t produced = 0;
    while (true) {
        if (produced == out.size()) data_detail::grow_decoded(out, capacity);
        const std::size_t input = std::min(compressed.size() - consumed, max_chunk);
        const std::size_t room = std::min(out.size() - produced, max_chunk);
        stream.next_in = const_cast<Bytef*>(compressed.data() + consumed);  // zlib does not write there
        stream.avail_in = static_cast<uInt>(input);
        stream.next_out = out.data() + produced;
        stream.avail_out = static_cast<uInt>(room);
        const int state = inflate(&stream, Z_NO_FLUSH);
        consumed += input - stream.avail_in;
        produced += room - stream.avail_out;
        if (state == Z_OK && produced <= max_bytes) continue;
        if (produced > max_bytes) {
            throw_file_error(path, joined({"decompresses to more than the limit of ", max_bytes, " bytes"}));
        }
        if (state == Z_STREAM_END) {
            const auto rest = compressed.subspan(consumed);
            if (rest.empty()) break;
            if (!is_gzip(rest)) {
                throw_file_error(path, joined({rest.size(), " bytes of garbage after the gzip data"}));
            }
            inflateReset(&stream);
            continue;
        }
        if (state == Z_BUF_ERROR && consumed == compressed.size()) throw_file_error(path, "gzip data is truncated");
        if (state == Z_MEM_ERROR) throw_file_error(path, "no memory to decompress");
        throw_file_error(path,
                         std::string("gzip data is corrupt: ") + (stream.msg != nullptr ? stream.msg : "bad stream"));
    }
    out.resize(produced);
    return out;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
