// Data that is compressed as .xz. The only header that includes liblzma (link with -llzma).
#pragma once

#include <lzma.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Memory that decoding may take besides its result: twice what the highest preset of the program xz asks for. A file
/// may demand up to 1.5 GiB.
inline constexpr std::uint64_t xz_max_decoder_bytes = std::uint64_t{128} << 20;

/// True when the bytes begin with the magic number of .xz, fd "7zXZ" 00.
[[nodiscard]] inline bool is_xz(std::span<const std::uint8_t> bytes) {
    constexpr std::uint8_t magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};
    return bytes.size() >= std::size(magic) && std::equal(std::begin(magic), std::end(magic), bytes.begin());
}

namespace data_detail {

/// A decoder of .xz streams that checks their sums and refuses sums it cannot check.
class XzStream {
  public:
    explicit XzStream(const std::filesystem::path& path) {
        const auto flags = static_cast<std::uint32_t>(LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK);
        if (lzma_stream_decoder(&stream, xz_max_decoder_bytes, flags) != LZMA_OK) {
            throw_file_error(path, "liblzma cannot start");
        }
    }
    ~XzStream() { lzma_end(&stream); }
    XzStream(const XzStream&) = delete;
    XzStream& operator=(const XzStream&) = delete;

    lzma_stream stream = LZMA_STREAM_INIT;
};

/// What is wrong, by the answer of the decoder when it has stopped.
inline std::string xz_complaint(lzma_ret answer, const lzma_stream& stream) {
    switch (answer) {
        case LZMA_BUF_ERROR:
            return "xz data is truncated";
        case LZMA_MEM_ERROR:
            return "no memory to decompress";
        case LZMA_MEMLIMIT_ERROR:
            return joined({"xz data needs ", lzma_memusage(&stream), " bytes to decode, more than the limit of ",
                           xz_max_decoder_bytes});
        case LZMA_FORMAT_ERROR:
            return "is not xz data";
        case LZMA_OPTIONS_ERROR:
            return "xz data is corrupt, or uses filters that this liblzma does not know";
        case LZMA_UNSUPPORTED_CHECK:
            return "xz data has a checksum that this liblzma does not know";
        default:
            return "xz data is corrupt, or followed by other bytes";
    }
}

}  // namespace data_detail

/// Decodes .xz data (one stream, or several in a row with the padding that the format allows). `path` only names the
/// origin in messages.
/// Errors: std::runtime_error when the data is truncated or corrupt, is followed by other bytes, needs more memory to
/// decode than xz_max_decoder_bytes, or decodes to more than `max_bytes`.
[[nodiscard]] inline std::vector<std::uint8_t> decompress_xz(std::span<const std::uint8_t> compressed,
                                                             std::uint64_t max_bytes,
                                                             const std::filesystem::path& path) {
    // One byte above the limit has room, so that "exactly the limit" and "more" can be told apart.
    const std::uint64_t capacity = max_bytes == std::numeric_limits<std::uint64_t>::max() ? max_bytes : max_bytes + 1;
    data_detail::XzStream decoder(path);
    lzma_stream& stream = decoder.stream;
    stream.next_in = compressed.data();
    stream.avail_in = compressed.size();
    std::vector<std::uint8_t> out;
    std::size_t produced = 0;
    lzma_ret answer = LZMA_OK;
    while (answer == LZMA_OK) {
        if (produced == out.size()) data_detail::grow_decoded(out, capacity);
        stream.next_out = out.data() + produced;
        stream.avail_out = out.size() - produced;
        answer = lzma_code(&stream, LZMA_FINISH);
        produced = out.size() - stream.avail_out;
        if (produced > max_bytes) {
            throw_file_error(path, joined({"decompresses to more than the limit of ", max_bytes, " bytes"}));
        }
    }
    if (answer != LZMA_STREAM_END) throw_file_error(path, data_detail::xz_complaint(answer, stream));
    out.resize(produced);
    return out;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
