// CIFAR-10 (Krizhevsky, Nair, Hinton 2009): 50 000 + 10 000 colour images of 32 x 32, ten classes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/cifar_layout.hpp"
#include "intaglio/data/find_dataset.hpp"
#include "intaglio/data/image_dataset.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Class names in label order.
[[nodiscard]] inline std::vector<std::string> cifar10_classes() {
    return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
}

/// Names of the files of the binary version: five of training images, one of test images.
[[nodiscard]] inline std::vector<std::string> cifar10_files() {
    return {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
            "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};
}

/// The folder that holds the six files. With `folder`: that one or its cifar10/ subfolder, nothing else. Without: as
/// dataset_places; no distribution packages it. Errors: std::runtime_error that lists every place looked at.
[[nodiscard]] inline std::filesystem::path find_cifar10(const std::filesystem::path& folder = {}) {
    return find_dataset({"CIFAR-10",
                         "cifar10",
                         cifar10_files(),
                         {},
                         "Set INTAGLIO_DATA to a folder that holds cifar10/ with the six files of the binary version."},
                        folder);
}

/// Training and test images from `folder`, as find_cifar10 returns it; the files may be plain, .gz or .xz and hold up
/// to 10 000 images each. Class names are those of batches.meta.txt, where it is there.
/// Errors: std::runtime_error that names the file and the reason.
[[nodiscard]] inline TrainTest load_cifar10(const std::filesystem::path& folder) {
    const CifarLayout layout{.label_classes = {10}, .used_label = 0, .max_records = 10000};
    const auto names = read_class_names(folder, "batches.meta.txt", cifar10_classes());
    auto files = cifar10_files();
    const std::vector<std::string> test_files{files.back()};
    files.pop_back();
    return {load_cifar_layout(folder, files, layout, "CIFAR-10 train", names),
            load_cifar_layout(folder, test_files, layout, "CIFAR-10 test", names)};
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
