// Readers of data sets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <vector>

#include "intaglio/data/bytes_file.hpp"
#include "intaglio/data/cifar_layout.hpp"
#include "intaglio/data/gzip.hpp"
#include "intaglio/data/idx.hpp"
#include "intaglio/data/xz.hpp"
#include "reader.hpp"

namespace fuzz {

/// Most bytes that files are read to; what readers decode to has this limit, whatever the file's size.
inline constexpr std::uint64_t limit = 64 * kib;

/// Calls every function. Passes on the last exception if all have thrown one: each reads files of its own kind.
template <class... Function>
void try_all(const Function&... function) {
    std::exception_ptr last;
    bool any = false;
    const auto attempt = [&](const auto& one) {
        try {
            one();
            any = true;
        } catch (const std::runtime_error&) {
            last = std::current_exception();
        }
    };
    (attempt(function), ...);
    if (!any) std::rethrow_exception(last);
}

inline void read_idx(const std::filesystem::path& path) {
    try_all([&] { (void)intaglio::read_idx_images(path, limit); },
            [&] { (void)intaglio::read_idx_labels(path, limit); });
}
inline std::vector<Bytes> idx_seeds() {
    Bytes images{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4};
    for (std::uint8_t pixel = 0; pixel < 2 * 3 * 4; ++pixel) images.push_back(pixel);
    return {images, {0, 0, 8, 1, 0, 0, 0, 3, 0, 9, 1}};
}

inline void read_cifar(const std::filesystem::path& path) {
    using intaglio::CifarLayout;
    const auto read = [&](const CifarLayout& layout) {
        return [&path, layout] { (void)intaglio::read_cifar_records(path, layout); };
    };
    try_all(read({.label_classes = {10}, .used_label = 0, .max_records = 20}),
            read({.label_classes = {20, 100}, .used_label = 1, .max_records = 20}), [&] {
                (void)intaglio::read_class_names(path.parent_path(), path.filename().string(), {"", ""});
            });
}
inline std::vector<Bytes> cifar_seeds() {
    Bytes ten(2 * 3073, 7);
    Bytes hundred(3074, 19);
    ten[3073] = 9;
    const std::string names = "cat\ndog\r\n";
    return {ten, hundred, Bytes(names.begin(), names.end())};
}

inline void read_gzip(const std::filesystem::path& path) {
    (void)intaglio::decompress_gzip(intaglio::read_bytes(path, limit), limit, path);
}
inline void read_xz(const std::filesystem::path& path) {
    (void)intaglio::decompress_xz(intaglio::read_bytes(path, limit), limit, path);
}
/// Compressed seeds are files.
inline std::vector<Bytes> no_seeds() {
    return {};
}

}  // namespace fuzz
