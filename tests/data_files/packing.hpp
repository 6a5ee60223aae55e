// Compression at test time, for the tests of compressed files.
#pragma once

#include <doctest/doctest.h>
#include <lzma.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>

#include "temporary_folder.hpp"

namespace test_files {

inline Bytes plain(const Bytes& bytes) {
    return bytes;
}

inline Bytes gzipped(const Bytes& bytes) {
    constexpr int gzip_format = MAX_WBITS + 16;
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_format, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    Bytes packed(deflateBound(&stream, static_cast<uLong>(bytes.size())));
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

/// One .xz stream. `preset` as of the program xz; `dictionary` replaces the size of its dictionary unless it is 0.
inline Bytes xz_packed_with(const Bytes& bytes, std::uint32_t preset, std::uint32_t dictionary, lzma_check check) {
    lzma_options_lzma options{};
    REQUIRE_FALSE(lzma_lzma_preset(&options, preset));
    if (dictionary != 0) options.dict_size = dictionary;
    const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
    Bytes packed(lzma_stream_buffer_bound(bytes.size()));
    std::size_t size = 0;
    REQUIRE(lzma_stream_buffer_encode(const_cast<lzma_filter*>(filters), check, nullptr, bytes.data(), bytes.size(),
                                      packed.data(), &size, packed.size()) == LZMA_OK);
    packed.resize(size);
    return packed;
}

inline Bytes xz_packed(const Bytes& bytes) {
    return xz_packed_with(bytes, 1, 0, LZMA_CHECK_CRC64);
}

}  // namespace test_files
