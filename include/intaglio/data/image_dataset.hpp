// Labelled images of one shape, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <intaglio/core/extents.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace intaglio {

/// Images of one shape with one label each. Image i occupies shape.size() bytes, [height][width][channels], from
/// i * shape.size() on; pixels are the sensor's 8-bit codes.
struct ImageDataset {
    Shape shape{};
    std::int32_t classes = 0;              ///< 1 ... 256
    std::vector<std::uint8_t> pixels;      ///< size() * shape.size()
    std::vector<std::uint8_t> labels;      ///< each in [0, classes)
    std::vector<std::string> class_names;  ///< empty, or one for each class
    std::string name;                      ///< for messages and reports

    /// Number of images.
    [[nodiscard]] std::size_t size() const { return labels.size(); }

    /// First byte of image `index`, which has to be below size().
    [[nodiscard]] const std::uint8_t* image(std::size_t index) const {
        return pixels.data() + index * static_cast<std::size_t>(shape.size());
    }

    /// Checks that shape, counts and labels agree. Errors: std::invalid_argument that names the data set and the first
    /// thing that is wrong.
    void validate() const {
        if (shape.height < 1 || shape.width < 1 || shape.channels < 1) fail("an extent of the shape is not positive");
        if (classes < 1 || classes > 256) fail("has " + std::to_string(classes) + " classes, not 1 ... 256");
        if (!class_names.empty() && class_names.size() != static_cast<std::size_t>(classes)) {
            fail("has " + std::to_string(class_names.size()) + " class names for " + std::to_string(classes) +
                 " classes");
        }
        // Division first: a hostile shape could overflow the product (height * width * channels of 2^31 each).
        const std::uint64_t row = static_cast<std::uint64_t>(shape.width) * static_cast<std::uint64_t>(shape.channels);
        const std::uint64_t stored = pixels.size();
        const bool fits = static_cast<std::uint64_t>(shape.height) <= stored / row || labels.empty();
        const bool exact = labels.empty()
                               ? stored == 0
                               : fits && stored % labels.size() == 0 &&
                                     stored / labels.size() == row * static_cast<std::uint64_t>(shape.height);
        if (!exact) {
            fail("has " + std::to_string(stored) + " pixel bytes, which is not " + std::to_string(labels.size()) +
                 " images of " + std::to_string(shape.height) + " x " + std::to_string(shape.width) + " x " +
                 std::to_string(shape.channels));
        }
        for (std::size_t index = 0; index < labels.size(); ++index) {
            if (labels[index] >= classes) {
                fail("label " + std::to_string(labels[index]) + " of image " + std::to_string(index) +
                     " is not below the number of classes, " + std::to_string(classes));
            }
        }
    }

    /// Images [begin, end) as a data set of their own (copied). Errors: std::invalid_argument unless
    /// begin <= end <= size().
    [[nodiscard]] ImageDataset slice(std::size_t begin, std::size_t end) const {
        if (begin > end || end > size()) {
            fail("images " + std::to_string(begin) + " ... " + std::to_string(end) + " asked for, but there are " +
                 std::to_string(size()));
        }
        const auto image_bytes = static_cast<std::size_t>(shape.size());
        const auto at = [](const auto& values, std::size_t position) {
            return values.begin() + static_cast<std::ptrdiff_t>(position);
        };
        ImageDataset part;
        part.shape = shape;
        part.classes = classes;
        part.pixels.assign(at(pixels, begin * image_bytes), at(pixels, end * image_bytes));
        part.labels.assign(at(labels, begin), at(labels, end));
        part.class_names = class_names;
        part.name = name;
        return part;
    }

    /// The first `count` images. Errors: std::invalid_argument when there are fewer.
    [[nodiscard]] ImageDataset take(std::size_t count) const { return slice(0, count); }

    /// The first `count` images and the rest, for example for validation. Errors: as take.
    [[nodiscard]] std::pair<ImageDataset, ImageDataset> split(std::size_t count) const {
        return {slice(0, count), slice(count, size())};
    }

  private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw std::invalid_argument("data set '" + name + "': " + reason);
    }
};

/// A data set as it is usually published: images to train on and images to test with, of the same shape and classes.
struct TrainTest {
    ImageDataset train;
    ImageDataset test;
};

}  // namespace intaglio
