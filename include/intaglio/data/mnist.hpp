// MNIST (LeCun, Cortes, Burges): 60 000 + 10 000 grey images of 28 x 28, ten handwritten digits.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/find_dataset.hpp"
#include "intaglio/data/image_dataset.hpp"
#include "intaglio/data/mnist_layout.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Class names in label order: the digits.
[[nodiscard]] inline std::vector<std::string> mnist_classes() {
    return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
}

/// The folder that holds the four files. With `folder`: that one or its mnist/ subfolder, nothing else. Without: as
/// dataset_places; no distribution packages it. Errors: std::runtime_error that lists every place looked at.
[[nodiscard]] inline std::filesystem::path find_mnist(const std::filesystem::path& folder = {}) {
    return find_dataset(
        {"MNIST",
         "mnist",
         mnist_layout_files(),
         {},
         "Set INTAGLIO_DATA to a folder that holds mnist/ with the four files of the original release."},
        folder);
}

/// Training and test images from `folder`, as find_mnist returns it; the files may be plain, .gz or .xz.
/// Errors: std::runtime_error that names the file and the reason.
[[nodiscard]] inline TrainTest load_mnist(const std::filesystem::path& folder) {
    return load_mnist_layout(folder, {"MNIST", mnist_classes(), 5923, 980});
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
