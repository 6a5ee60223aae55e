// IDX, the file format of MNIST and its relatives: a big-endian header, then bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/data/packed_file.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Grey images of one shape as an IDX file holds them: [count][height][width], one byte each.
struct IdxImages {
    Shape shape{};
    std::size_t count = 0;
    std::vector<std::uint8_t> pixels;
};

inline constexpr std::uint32_t idx_image_magic = 2051;      ///< unsigned bytes, three dimensions
inline constexpr std::uint32_t idx_label_magic = 2049;      ///< unsigned bytes, one dimension
inline constexpr std::uint32_t idx_max_side = 65535;        ///< largest height or width that is accepted
inline constexpr std::uint64_t idx_max_bytes = 1ull << 30;  ///< default bound of a decompressed file
inline constexpr std::size_t idx_image_header_bytes = 16;   ///< magic, count, height, width
inline constexpr std::size_t idx_label_header_bytes = 8;    ///< magic, count

namespace data_detail {

inline std::uint32_t load_big_endian(std::span<const std::uint8_t> bytes, std::size_t offset) {
    return (std::uint32_t{bytes[offset]} << 24) | (std::uint32_t{bytes[offset + 1]} << 16) |
           (std::uint32_t{bytes[offset + 2]} << 8) | std::uint32_t{bytes[offset + 3]};
}

inline void check_idx_header(std::span<const std::uint8_t> bytes, std::size_t header_bytes, std::uint32_t magic,
                             const std::filesystem::path& path) {
    if (bytes.size() < header_bytes) {
        throw_file_error(path, joined({"is truncated: ", bytes.size(), " bytes, the IDX header has ", header_bytes}));
    }
    const std::uint32_t found = load_big_endian(bytes, 0);
    if (found != magic) {
        throw_file_error(path, joined({"has IDX magic number ", found, ", expected ", magic,
                                       (magic == idx_image_magic ? " (images)" : " (labels)")}));
    }
}

inline void check_idx_payload(std::uint64_t found, std::uint64_t expected, const std::filesystem::path& path) {
    if (found != expected) {
        throw_file_error(path, joined({found < expected ? "is truncated" : "has trailing bytes",
                                       ": its header announces ", expected, " bytes of data, found ", found}));
    }
}

}  // namespace data_detail

/// Images from the bytes of an IDX file, which are consumed; `path` only names the origin in messages.
/// Errors: std::runtime_error when the header is incomplete, has another magic number, announces no image, a side of 0
/// or above idx_max_side, or another amount of data than there is.
[[nodiscard]] inline IdxImages parse_idx_images(std::vector<std::uint8_t> bytes, const std::filesystem::path& path) {
    data_detail::check_idx_header(bytes, idx_image_header_bytes, idx_image_magic, path);
    const std::uint64_t count = data_detail::load_big_endian(bytes, 4);
    const std::uint64_t height = data_detail::load_big_endian(bytes, 8);
    const std::uint64_t width = data_detail::load_big_endian(bytes, 12);
    if (count == 0) throw_file_error(path, "holds no image");
    if (height == 0 || width == 0 || height > idx_max_side || width > idx_max_side) {
        throw_file_error(path, joined({"image size ", height, " x ", width, " is not in 1 ... ", idx_max_side}));
    }
    // Below 2^32 * 2^16 * 2^16 = 2^64: the product cannot overflow, because the sides stay below 2^16.
    data_detail::check_idx_payload(bytes.size() - idx_image_header_bytes, count * height * width, path);

    IdxImages images;
    images.shape = Shape{static_cast<std::int32_t>(height), static_cast<std::int32_t>(width), 1};
    images.count = static_cast<std::size_t>(count);
    images.pixels = std::move(bytes);
    images.pixels.erase(images.pixels.begin(), images.pixels.begin() + idx_image_header_bytes);
    return images;
}

/// Labels from the bytes of an IDX file; everything else as parse_idx_images.
[[nodiscard]] inline std::vector<std::uint8_t> parse_idx_labels(std::vector<std::uint8_t> bytes,
                                                                const std::filesystem::path& path) {
    data_detail::check_idx_header(bytes, idx_label_header_bytes, idx_label_magic, path);
    const std::uint64_t count = data_detail::load_big_endian(bytes, 4);
    if (count == 0) throw_file_error(path, "holds no label");
    data_detail::check_idx_payload(bytes.size() - idx_label_header_bytes, count, path);
    bytes.erase(bytes.begin(), bytes.begin() + idx_label_header_bytes);
    return bytes;
}

/// Images of the IDX file `path`, plain or compressed with gzip or xz, at most `max_bytes` when decompressed.
/// Errors: std::runtime_error, as read_packed_bytes and parse_idx_images.
[[nodiscard]] inline IdxImages read_idx_images(const std::filesystem::path& path,
                                               std::uint64_t max_bytes = idx_max_bytes) {
    return parse_idx_images(read_packed_bytes(path, max_bytes), path);
}

/// Labels of the IDX file `path`, plain or compressed with gzip or xz, at most `max_bytes` when decompressed.
/// Errors: std::runtime_error, as read_packed_bytes and parse_idx_labels.
[[nodiscard]] inline std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path,
                                                               std::uint64_t max_bytes = idx_max_bytes) {
    return parse_idx_labels(read_packed_bytes(path, max_bytes), path);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
