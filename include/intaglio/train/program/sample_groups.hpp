// How a batch is cut for sums of floats: at fixed places, whatever the number of threads and ranks.
#pragma once

#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Float reductions over a batch are cut at fixed sample indices into this many groups.
inline constexpr int sample_groups = 8;

/// The first sample of group `group` of a batch of `count`.
constexpr std::int64_t group_begin(std::int64_t count, std::int64_t group) {
    return count * group / sample_groups;
}

/// Sums of the groups in a fixed tree: ((0+1)+(2+3))+((4+5)+(6+7)). `at(g)` is the sum of group g. With another
/// `Count`, a power of two, the sum of its first groups.
template <int Count = sample_groups, int First = 0, class At>
auto tree_sum(const At& at) {
    if constexpr (Count == 1) {
        return at(First);
    } else {
        return tree_sum<Count / 2, First>(at) + tree_sum<Count / 2, First + Count / 2>(at);
    }
}

/// Calls f(std::integral_constant<int, count>) for 1, 2, 4 or 8 groups, so that loops over them unroll.
template <class F>
void with_group_count(int count, const F& f) {
    if (count == sample_groups) return f(std::integral_constant<int, sample_groups>{});
    if (count == 4) return f(std::integral_constant<int, 4>{});
    if (count == 2) return f(std::integral_constant<int, 2>{});
    f(std::integral_constant<int, 1>{});
}

/// Some images of a batch: those of one rank.
struct BatchPart {
    std::int64_t first = 0;  ///< in the batch
    std::int64_t count = 0;
    std::int64_t batch = 0;  ///< images of the whole batch

    constexpr bool operator==(const BatchPart&) const = default;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
