// CIFAR-100 (Krizhevsky, Nair, Hinton 2009): 50 000 + 10 000 colour images of 32 x 32, a hundred classes in 20 groups.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/cifar_layout.hpp"
#include "intaglio/data/find_dataset.hpp"
#include "intaglio/data/image_dataset.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Which label of an image is used: that of its class, or that of the group of five classes to which it belongs.
enum class Cifar100Labels { fine, coarse };

/// Class names in label order.
[[nodiscard]] inline std::vector<std::string> cifar100_classes(Cifar100Labels labels = Cifar100Labels::fine) {
    if (labels == Cifar100Labels::coarse) {
        return {"aquatic_mammals",
                "fish",
                "flowers",
                "food_containers",
                "fruit_and_vegetables",
                "household_electrical_devices",
                "household_furniture",
                "insects",
                "large_carnivores",
                "large_man-made_outdoor_things",
                "large_natural_outdoor_scenes",
                "large_omnivores_and_herbivores",
                "medium_mammals",
                "non-insect_invertebrates",
                "people",
                "reptiles",
                "small_mammals",
                "trees",
                "vehicles_1",
                "vehicles_2"};
    }
    return {"apple",      "aquarium_fish", "baby",         "bear",       "beaver",      "bed",         "bee",
            "beetle",     "bicycle",       "bottle",       "bowl",       "boy",         "bridge",      "bus",
            "butterfly",  "camel",         "can",          "castle",     "caterpillar", "cattle",      "chair",
            "chimpanzee", "clock",         "cloud",        "cockroach",  "couch",       "crab",        "crocodile",
            "cup",        "dinosaur",      "dolphin",      "elephant",   "flatfish",    "forest",      "fox",
            "girl",       "hamster",       "house",        "kangaroo",   "keyboard",    "lamp",        "lawn_mower",
            "leopard",    "lion",          "lizard",       "lobster",    "man",         "maple_tree",  "motorcycle",
            "mountain",   "mouse",         "mushroom",     "oak_tree",   "orange",      "orchid",      "otter",
            "palm_tree",  "pear",          "pickup_truck", "pine_tree",  "plain",       "plate",       "poppy",
            "porcupine",  "possum",        "rabbit",       "raccoon",    "ray",         "road",        "rocket",
            "rose",       "sea",           "seal",         "shark",      "shrew",       "skunk",       "skyscraper",
            "snail",      "snake",         "spider",       "squirrel",   "streetcar",   "sunflower",   "sweet_pepper",
            "table",      "tank",          "telephone",    "television", "tiger",       "tractor",     "train",
            "trout",      "tulip",         "turtle",       "wardrobe",   "whale",       "willow_tree", "wolf",
            "woman",      "worm"};
}

/// The folder that holds train.bin and test.bin. With `folder`: that one or its cifar100/ subfolder, nothing else.
/// Without: as dataset_places; no distribution packages it. Errors: std::runtime_error that lists every place looked
/// at.
[[nodiscard]] inline std::filesystem::path find_cifar100(const std::filesystem::path& folder = {}) {
    return find_dataset(
        {"CIFAR-100",
         "cifar100",
         {"train.bin", "test.bin"},
         {},
         "Set INTAGLIO_DATA to a folder that holds cifar100/ with train.bin and test.bin of the binary version."},
        folder);
}

/// Training and test images from `folder`, as find_cifar100 returns it; the files may be plain, .gz or .xz and hold up
/// to 50 000 images each. Class names are those of fine_label_names.txt or coarse_label_names.txt, where it is there.
/// Errors: std::runtime_error that names the file and the reason; both labels of an image have to be valid.
[[nodiscard]] inline TrainTest load_cifar100(const std::filesystem::path& folder,
                                             Cifar100Labels labels = Cifar100Labels::fine) {
    const bool fine = labels == Cifar100Labels::fine;
    const CifarLayout layout{.label_classes = {20, 100}, .used_label = fine ? 1u : 0u, .max_records = 50000};
    const auto names =
        read_class_names(folder, fine ? "fine_label_names.txt" : "coarse_label_names.txt", cifar100_classes(labels));
    return {load_cifar_layout(folder, {"train.bin"}, layout, "CIFAR-100 train", names),
            load_cifar_layout(folder, {"test.bin"}, layout, "CIFAR-100 test", names)};
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
