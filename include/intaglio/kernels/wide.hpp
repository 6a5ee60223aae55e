// A 128-bit unsigned sum for exact statistics.
#pragma once

#include <cstdint>

#include "intaglio/simd/tags.hpp"

namespace intaglio::kernels {
inline namespace INTAGLIO_INSTRUCTION_SET {

/// An unsigned number of 128 bits; sums wrap at 2^128, which exact statistics never reach.
struct Wide128 {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    constexpr void add(std::uint64_t value) {
        low += value;
        high += low < value ? 1U : 0U;
    }
    /// Adds value * 2^32.
    constexpr void add_shifted(std::uint64_t value) {
        add(value << 32);
        high += value >> 32;
    }
    constexpr void merge(const Wide128& other) {
        add(other.low);
        high += other.high;
    }
    constexpr bool operator==(const Wide128&) const = default;
};

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::kernels
