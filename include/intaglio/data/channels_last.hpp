// Images whose channels are planes, as PyTorch and most files of arrays hold them, in the order of all memory here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// [channels][height][width] becomes [height][width][channels], for one image; both hold shape.size() numbers.
template <class T>
void copy_channels_last(const T* planes, const Shape& shape, T* image) {
    const auto pixels = static_cast<std::size_t>(shape.pixels());
    const auto channels = static_cast<std::size_t>(shape.channels);
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
        for (std::size_t channel = 0; channel < channels; ++channel) *image++ = planes[channel * pixels + pixel];
    }
}

/// [images][channels][height][width] becomes [images][height][width][channels], what Samples and programs read. `shape`
/// is {height, width, channels}. Throws std::invalid_argument if `planes` are no whole number of images.
template <class T>
[[nodiscard]] std::vector<T> channels_last(std::span<const T> planes, const Shape& shape) {
    const bool exists = shape.height > 0 && shape.width > 0 && shape.channels > 0;
    const std::size_t size = exists ? static_cast<std::size_t>(shape.size()) : 0;
    if (size == 0 || planes.size() % size != 0) {
        throw std::invalid_argument(
            joined({"channels_last: ", planes.size(), " numbers are not a whole number of images of ", shape.height,
                    "x", shape.width, "x", shape.channels}));
    }
    std::vector<T> images(planes.size());
    for (std::size_t at = 0; at < planes.size(); at += size) {
        copy_channels_last(planes.data() + at, shape, images.data() + at);
    }
    return images;
}
template <class T>
[[nodiscard]] std::vector<T> channels_last(const std::vector<T>& planes, const Shape& shape) {
    return channels_last(std::span<const T>(planes), shape);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
