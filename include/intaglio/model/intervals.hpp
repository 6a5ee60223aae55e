// Memory planning: buffers with known lifetimes are laid out so that those alive together never overlap.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/array.hpp"

namespace intaglio {

/// A buffer that is alive from operation `first` to operation `last`, both included.
struct Interval {
    std::int64_t size = 0;
    std::int32_t first = 0;
    std::int32_t last = -1;
    std::int64_t offset = 0;
};

inline constexpr std::int64_t memory_alignment = 64;

constexpr std::int64_t aligned(std::int64_t size) {
    return (size + memory_alignment - 1) / memory_alignment * memory_alignment;
}

/// Gives every interval an offset, largest first, each at the lowest place that is free for its whole lifetime.
/// Returns the size of the whole. Intervals of size 0 take no place.
template <std::size_t N>
constexpr std::int64_t lay_out(Array<Interval, N>& intervals) {
    std::int64_t total = 0;
    Array<bool, N> placed{};
    for (std::size_t round = 0; round < N; ++round) {
        std::size_t next = N;
        for (std::size_t i = 0; i < N; ++i) {
            if (!placed[i] && (next == N || intervals[i].size > intervals[next].size)) next = i;
        }
        placed[next] = true;
        Interval& current = intervals[next];
        current.size = aligned(current.size);
        // Whoever is in the way pushes the candidate behind itself until nobody is.
        for (bool moved = current.size > 0; moved;) {
            moved = false;
            for (std::size_t i = 0; i < N; ++i) {
                const Interval& other = intervals[i];
                if (i == next || !placed[i] || other.size == 0) continue;
                const bool together = current.first <= other.last && other.first <= current.last;
                if (together && current.offset < other.offset + other.size &&
                    other.offset < current.offset + current.size) {
                    current.offset = other.offset + other.size;
                    moved = true;
                }
            }
        }
        const std::int64_t end = current.offset + current.size;
        total = current.size > 0 && end > total ? end : total;
    }
    return total;
}

}  // namespace intaglio
