// Fashion-MNIST (Zalando Research, MIT licence): 60 000 + 10 000 grey images of 28 x 28, ten classes of clothes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/find_dataset.hpp"
#include "intaglio/data/image_dataset.hpp"
#include "intaglio/data/mnist_layout.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Class names in label order.
[[nodiscard]] inline std::vector<std::string> fashion_mnist_classes() {
    return {"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"};
}

/// The folder that holds the four files. With `folder`: that one or its fashion-mnist/ subfolder, nothing else.
/// Without: as dataset_places, ending at the folder of the Debian package dataset-fashion-mnist.
/// Errors: std::runtime_error that lists every place looked at and names the package.
[[nodiscard]] inline std::filesystem::path find_fashion_mnist(const std::filesystem::path& folder = {}) {
    return find_dataset({"Fashion-MNIST", "fashion-mnist", mnist_layout_files(), "/usr/share/datasets/fashion-mnist",
                         "Install the Debian package dataset-fashion-mnist, or set INTAGLIO_DATA to a folder that "
                         "holds fashion-mnist/."},
                        folder);
}

/// Training and test images from `folder`, as find_fashion_mnist returns it; the files may be plain, .gz or .xz.
/// Errors: std::runtime_error that names the file and the reason.
[[nodiscard]] inline TrainTest load_fashion_mnist(const std::filesystem::path& folder) {
    return load_mnist_layout(folder, {"Fashion-MNIST", fashion_mnist_classes(), 6000, 1000});
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
