// The taps of windows that lie inside of an image.
#pragma once

#include <cstdint>

namespace intaglio {

/// Taps of a window in one direction, without dilation.
struct InsideTaps {
    std::int32_t first;  ///< place in the image
    std::int32_t count;
};
/// Those of the window at `position` over `size` pixels.
[[nodiscard, gnu::always_inline]] constexpr InsideTaps inside_taps(std::int32_t position, std::int32_t stride,
                                                                   std::int32_t padding, std::int32_t taps,
                                                                   std::int32_t size) {
    const std::int32_t begin = position * stride - padding;
    const std::int32_t end = begin + taps < size ? begin + taps : size;
    const std::int32_t first = begin > 0 ? begin : 0;
    return {first, end - first};
}

}  // namespace intaglio
