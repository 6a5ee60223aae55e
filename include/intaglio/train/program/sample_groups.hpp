// How a batch is cut for sums of floats: at fixed places, whatever the number of threads and ranks.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Float reductions over a batch are cut at fixed sample indices into this many groups.
inline constexpr int sample_groups = 8;

/// The first sample of group `group` of a batch of `count`.
constexpr std::int64_t group_begin(std::int64_t count, std::int64_t group) {
    return count * group / sample_groups;
}

/// Sums of the groups in a fixed tree: ((0+1)+(2+3))+((4+5)+(6+7)). `at(g)` is the sum of group g.
template <class At>
auto tree_sum(const At& at) {
    return ((at(0) + at(1)) + (at(2) + at(3))) + ((at(4) + at(5)) + (at(6) + at(7)));
}

/// Some images of a batch: those of one rank.
struct BatchPart {
    std::int64_t first = 0;  ///< in the batch
    std::int64_t count = 0;
    std::int64_t batch = 0;  ///< images of the whole batch

    constexpr bool operator==(const BatchPart&) const = default;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
