// MNIST's four files, shared by the data sets that were published in the same form.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/data/find_dataset.hpp"
#include "intaglio/data/idx.hpp"
#include "intaglio/data/image_dataset.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Names of the four files, without ".gz" or ".xz": training images and labels, test images and labels.
[[nodiscard]] inline std::vector<std::string> mnist_layout_files() {
    return {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
}

/// One pair of IDX files as a data set of 28 x 28 grey images, at most 60 000 of them, whose classes are those named.
/// Errors: std::runtime_error that names the file when it is missing, damaged, of another image size, when the counts
/// of images and labels differ, or when a label has no class name.
[[nodiscard]] inline ImageDataset load_mnist_layout_part(const std::filesystem::path& folder,
                                                         const std::string& images_file, const std::string& labels_file,
                                                         std::string name, std::vector<std::string> class_names) {
    constexpr Shape expected{28, 28, 1};
    constexpr std::uint64_t most_images = 60000;
    constexpr std::uint64_t image_limit = most_images * expected.size() + idx_image_header_bytes;
    const auto images_path = plain_or_packed(folder, images_file).value_or(folder / images_file);
    const auto labels_path = plain_or_packed(folder, labels_file).value_or(folder / labels_file);

    auto labels = read_idx_labels(labels_path, most_images + idx_label_header_bytes);
    const auto wrong =
        std::find_if(labels.begin(), labels.end(), [&](std::uint8_t label) { return label >= class_names.size(); });
    if (wrong != labels.end()) {
        throw_file_error(labels_path, joined({"label ", *wrong, " of image ", wrong - labels.begin(),
                                              " is not below the number of classes, ", class_names.size()}));
    }
    auto images = read_idx_images(images_path, image_limit);
    if (images.shape != expected) {
        throw_file_error(images_path,
                         joined({"images of ", images.shape.height, " x ", images.shape.width, ", expected 28 x 28"}));
    }
    if (images.count != labels.size()) {
        throw_file_error(images_path, joined({"holds ", images.count, " images, but ", labels_path.string(), " holds ",
                                              labels.size(), " labels"}));
    }

    ImageDataset part;
    part.shape = images.shape;
    part.classes = static_cast<std::int32_t>(class_names.size());
    part.pixels = std::move(images.pixels);
    part.labels = std::move(labels);
    part.class_names = std::move(class_names);
    part.name = std::move(name);
    part.validate();
    return part;
}

/// What tells one data set in MNIST's form from another: all of them use the same file names.
struct MnistLayout {
    std::string name;
    std::vector<std::string> class_names;
    std::int64_t train_first_class;  ///< images of class 0 in the complete training set (60 000 images)
    std::int64_t test_first_class;   ///< images of class 0 in the complete test set (10 000 images)
};

/// Both halves of a data set in MNIST's form. Smaller sets are taken as they are; one of the complete size must have
/// the known number of images of class 0, or a folder of digits would pass for clothes.
/// Errors: as load_mnist_layout_part.
[[nodiscard]] inline TrainTest load_mnist_layout(const std::filesystem::path& folder, const MnistLayout& layout) {
    constexpr std::size_t complete_train = 60000;
    constexpr std::size_t complete_test = 10000;
    const auto files = mnist_layout_files();
    const auto load = [&](std::size_t first_file, const char* part_name, std::size_t complete,
                          std::int64_t first_class) {
        auto part = load_mnist_layout_part(folder, files[first_file], files[first_file + 1], layout.name + part_name,
                                           layout.class_names);
        const std::int64_t found = std::count(part.labels.begin(), part.labels.end(), std::uint8_t{0});
        if (part.size() == complete && found != first_class) {
            throw_file_error(folder / files[first_file + 1], joined({"is not ", layout.name, ": ", found,
                                                                     " images of class 0, expected ", first_class}));
        }
        return part;
    };
    return {load(0, " train", complete_train, layout.train_first_class),
            load(2, " test", complete_test, layout.test_first_class)};
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
