// Labelled images in memory.
#pragma once

#include <cstdint>
#include <span>

namespace intaglio {

/// Labelled images, owned by somebody else: `count` times `pixels` codes and one label each.
struct Samples {
    std::span<const std::uint8_t> pixels;
    std::span<const std::uint8_t> labels;

    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

}  // namespace intaglio
