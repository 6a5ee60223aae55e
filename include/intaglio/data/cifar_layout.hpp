// The binary version of CIFAR-10 and CIFAR-100: records of labels and three colour planes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <future>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/data/channels_last.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/data/find_dataset.hpp"
#include "intaglio/data/image_dataset.hpp"
#include "intaglio/data/packed_file.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

inline constexpr Shape cifar_shape{32, 32, 3};

/// What tells one file of the family from another.
struct CifarLayout {
    std::vector<std::size_t> label_classes;  ///< number of classes of each label byte of a record, in order
    std::size_t used_label = 0;              ///< which of them becomes the label
    std::uint64_t max_records = 0;           ///< in one file
};

/// Images and labels of the bytes of one file. A record is its label bytes, then 1024 red, 1024 green and 1024 blue
/// bytes, each plane row by row; the pixels come out as [height][width][channels]. `path` only names the origin.
/// Errors: std::runtime_error when there is no record, the last one is incomplete, or a label is out of range.
[[nodiscard]] inline ImageDataset parse_cifar_records(std::span<const std::uint8_t> bytes, const CifarLayout& layout,
                                                      const std::filesystem::path& path) {
    constexpr auto image_bytes = static_cast<std::size_t>(cifar_shape.size());
    const std::size_t label_bytes = layout.label_classes.size();
    const std::size_t record = label_bytes + image_bytes;
    if (bytes.empty()) throw_file_error(path, "holds no image");
    if (bytes.size() % record != 0) {
        throw_file_error(path, joined({"is truncated or has trailing bytes: its size ", bytes.size(),
                                       " is not a multiple of a record of ", record, " bytes"}));
    }
    ImageDataset part;
    part.shape = cifar_shape;
    part.classes = static_cast<std::int32_t>(layout.label_classes[layout.used_label]);
    part.labels.resize(bytes.size() / record);
    part.pixels.resize(part.labels.size() * image_bytes);
    for (std::size_t index = 0; index < part.labels.size(); ++index) {
        const std::uint8_t* in = bytes.data() + index * record;
        for (std::size_t label = 0; label < label_bytes; ++label) {
            if (in[label] >= layout.label_classes[label]) {
                throw_file_error(path, joined({"label ", in[label], " of image ", index,
                                               " is not below the number of classes, ", layout.label_classes[label]}));
            }
        }
        part.labels[index] = in[layout.used_label];
        in += label_bytes;
        copy_channels_last(in, cifar_shape, part.pixels.data() + index * image_bytes);
    }
    return part;
}

/// The same from a file, plain, .gz or .xz. Errors: as read_packed_bytes and parse_cifar_records; more than
/// max_records is an error before memory is taken for them.
[[nodiscard]] inline ImageDataset read_cifar_records(const std::filesystem::path& path, const CifarLayout& layout) {
    const std::uint64_t record = layout.label_classes.size() + static_cast<std::uint64_t>(cifar_shape.size());
    return parse_cifar_records(read_packed_bytes(path, layout.max_records * record), layout, path);
}

/// The images of several files, one file after the other. The files are read in parallel where there are several
/// processors. Errors: as read_cifar_records, of the first file that has one.
[[nodiscard]] inline ImageDataset load_cifar_layout(const std::filesystem::path& folder,
                                                    const std::vector<std::string>& files, const CifarLayout& layout,
                                                    std::string name, std::vector<std::string> class_names) {
    std::vector<std::future<ImageDataset>> parts;
    for (const auto& file : files) {
        parts.push_back(std::async([path = plain_or_packed(folder, file).value_or(folder / file), &layout] {
            return read_cifar_records(path, layout);
        }));
    }
    ImageDataset all = parts.front().get();
    all.pixels.reserve(parts.size() * all.pixels.size());
    for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
        const ImageDataset more = part->get();
        all.pixels.insert(all.pixels.end(), more.pixels.begin(), more.pixels.end());
        all.labels.insert(all.labels.end(), more.labels.begin(), more.labels.end());
    }
    all.name = std::move(name);
    all.class_names = std::move(class_names);
    all.validate();
    return all;
}

/// Class names from the text file `folder`/`file`, one a line in label order, or `built_in` when there is no such file.
/// Errors: std::runtime_error that names the file when it does not hold as many names as `built_in`.
[[nodiscard]] inline std::vector<std::string> read_class_names(const std::filesystem::path& folder,
                                                               const std::string& file,
                                                               std::vector<std::string> built_in) {
    const auto path = folder / file;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return built_in;
    constexpr std::uint64_t longest_file = 1 << 16;
    std::vector<std::string> names;
    std::string line;
    for (const std::uint8_t byte : read_bytes(path, longest_file)) {
        if (byte != '\n') {
            if (byte != '\r') line += static_cast<char>(byte);
            continue;
        }
        if (!line.empty()) names.push_back(std::exchange(line, {}));
    }
    if (!line.empty()) names.push_back(line);
    if (names.size() != built_in.size()) {
        throw_file_error(path, joined({"has ", names.size(), " class names, expected ", built_in.size()}));
    }
    return names;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
