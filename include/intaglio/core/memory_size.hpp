// Sizes of memory, on processors that address less than 64 bits count.
#pragma once

#include <cstddef>
#include <cstdint>

namespace intaglio {

/// Bytes that one object can have on this processor.
inline constexpr std::int64_t most_bytes = PTRDIFF_MAX;

/// A number of bytes as a size; `most_bytes` if it is larger, so that no size wraps. Who takes the memory refuses
/// `most_bytes`.
[[nodiscard]] constexpr std::size_t memory_size(std::int64_t bytes) {
    return static_cast<std::size_t>(bytes < most_bytes ? bytes : most_bytes);
}

}  // namespace intaglio
