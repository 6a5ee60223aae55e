// Memory planning: buffers with known lifetimes are laid out so that those alive together never overlap.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/array.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/sorting.hpp"

namespace intaglio {

/// A buffer that is alive from operation `first` to operation `last`, both included.
struct Interval {
    std::int64_t size = 0;
    std::int32_t first = 0;
    std::int32_t last = -1;
    std::int64_t offset = 0;
};

inline constexpr std::int64_t memory_alignment = 64;

constexpr std::int64_t aligned(std::int64_t size, std::int64_t alignment = memory_alignment) {
    return (size + alignment - 1) / alignment * alignment;
}

}  // namespace intaglio

// Programs that size their memory as they run call these.
namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The buffers that have their place, asked for those alive with another one: a tree over all buffers in the order of
/// their first operation, whose nodes know the last operation of what is placed below them.
template <std::size_t N>
class PlacedIntervals {
  public:
    constexpr explicit PlacedIntervals(const Array<Interval, N>& intervals) {
        for (std::size_t i = 0; i < N; ++i) {
            if (intervals[i].size > 0) order_[count_++] = i;
        }
        stable_sort(order_, count_,
                    [&](std::size_t a, std::size_t b) { return intervals[a].first < intervals[b].first; });
        while (leaves_ < count_) leaves_ *= 2;
        for (std::size_t rank = 0; rank < count_; ++rank) rank_[order_[rank]] = rank;
        for (std::size_t node = 0; node < 2 * leaves_; ++node) last_[node] = -1;
    }

    constexpr void place(std::size_t interval, std::int32_t last) {
        for (std::size_t node = leaves_ + rank_[interval]; node > 0; node /= 2) {
            if (last_[node] < last) last_[node] = last;
        }
    }

    /// Writes the placed buffers that are alive somewhere in the lifetime of `interval` to `found`; returns their
    /// number.
    constexpr std::size_t alive_with(const Array<Interval, N>& intervals, const Interval& interval,
                                     Array<std::size_t, N>& found) const {
        std::size_t count = 0;
        visit(1, 0, leaves_, intervals, interval, found, count);
        return count;
    }

  private:
    constexpr void visit(std::size_t node, std::size_t begin, std::size_t width, const Array<Interval, N>& intervals,
                         const Interval& interval, Array<std::size_t, N>& found, std::size_t& count) const {
        if (last_[node] < interval.first || begin >= count_) return;
        if (intervals[order_[begin]].first > interval.last) return;
        if (width == 1) {
            found[count++] = order_[begin];
            return;
        }
        visit(2 * node, begin, width / 2, intervals, interval, found, count);
        visit(2 * node + 1, begin + width / 2, width / 2, intervals, interval, found, count);
    }

    Array<std::size_t, N> order_{};  ///< of what takes memory
    Array<std::size_t, N> rank_{};
    Array<std::int32_t, 4 * N> last_{};
    std::size_t count_ = 0;
    std::size_t leaves_ = 1;
};

/// Gives every interval an offset, largest first, each at the lowest place that is free for its whole lifetime; offsets
/// and sizes are multiples of `alignment`.
/// Returns the size of the whole. Intervals of size 0 take no place. Takes n log n steps, and as many more as pairs of
/// intervals are alive together.
template <std::size_t N>
constexpr std::int64_t lay_out(Array<Interval, N>& intervals, std::int64_t alignment = memory_alignment) {
    Array<std::size_t, N> by_size{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < N; ++i) {
        intervals[i].size = aligned(intervals[i].size, alignment);
        if (intervals[i].size > 0) by_size[count++] = i;
    }
    stable_sort(by_size, count, [&](std::size_t a, std::size_t b) { return intervals[a].size > intervals[b].size; });
    PlacedIntervals<N> placed(intervals);
    Array<std::size_t, N> together{};
    std::int64_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
        Interval& current = intervals[by_size[i]];
        const std::size_t others = placed.alive_with(intervals, current, together);
        stable_sort(together, others,
                    [&](std::size_t a, std::size_t b) { return intervals[a].offset < intervals[b].offset; });
        for (std::size_t j = 0; j < others; ++j) {
            const Interval& other = intervals[together[j]];
            if (current.offset + current.size <= other.offset) break;
            if (current.offset < other.offset + other.size) current.offset = other.offset + other.size;
        }
        const std::int64_t end = current.offset + current.size;
        total = end > total ? end : total;
        placed.place(by_size[i], current.last);
    }
    return total;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
