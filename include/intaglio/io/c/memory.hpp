// Where the values of a generated C program lie in its arena.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/model/intervals.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// Of every value, and of the workspace of every row: bytes from the start of the arena. Multiples of 4.
struct CMemory {
    std::vector<std::int64_t> values;
    std::vector<std::int64_t> workspaces;
    std::int64_t arena_bytes = 0;
};

/// Gives each buffer, the largest first, the lowest place that is free for its whole life.
[[gnu::cold]] inline std::int64_t place_all(std::vector<Interval>& buffers) {
    std::vector<Interval*> order;
    for (Interval& buffer : buffers) {
        buffer.size = (buffer.size + 3) / 4 * 4;
        if (buffer.size > 0) order.push_back(&buffer);
    }
    std::sort(order.begin(), order.end(),
              [](const Interval* a, const Interval* b) { return a->size != b->size ? a->size > b->size : a < b; });
    std::int64_t end = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        Interval& buffer = *order[i];
        for (bool moved = true; moved;) {
            moved = false;
            for (std::size_t j = 0; j < i; ++j) {
                const Interval& other = *order[j];
                const bool together = other.first <= buffer.last && buffer.first <= other.last;
                const bool overlaps =
                    other.offset < buffer.offset + buffer.size && buffer.offset < other.offset + other.size;
                if (!together || !overlaps) continue;
                buffer.offset = other.offset + other.size;
                moved = true;
            }
        }
        end = std::max(end, buffer.offset + buffer.size);
    }
    return end;
}

/// `fused` has for each row the row of the step that runs inside it, or none; `workspaces` the bytes of each row.
[[gnu::cold]] inline CMemory plan_memory(const FactsView& facts, const std::vector<std::int32_t>& fused,
                                         const std::vector<std::int64_t>& workspaces) {
    const std::size_t rows = facts.rows.size;
    const std::size_t value_count = facts.values.size;
    std::vector<Interval> buffers(value_count + rows);
    for (std::size_t v = 1; v < value_count; ++v) buffers[v].first = INT32_MAX;
    const auto memory = [&](std::int32_t value) -> Interval& {
        return buffers[static_cast<std::size_t>(facts.value(value).memory)];
    };
    for (std::size_t i = 0; i < rows; ++i) {
        const Row& row = facts.rows[i];
        const auto now = static_cast<std::int32_t>(i);
        buffers[value_count + i] = {.size = workspaces[i], .first = now, .last = now};
        memory(row.input).last = std::max(memory(row.input).last, now);
        if (row.second_input != none) memory(row.second_input).last = std::max(memory(row.second_input).last, now);
        if (i + 1 == rows) continue;  // the logits have memory of their own
        const std::int32_t written = fused[i] == none ? row.output : facts.row(fused[i]).output;
        const Value& value = facts.value(written);
        if (value.memory != written) continue;
        Interval& buffer = buffers[static_cast<std::size_t>(written)];
        buffer.size = value.shape.size() * bytes(value.storage);
        buffer.first = std::min(buffer.first, now);
        buffer.last = std::max(buffer.last, now);
    }
    // What only a step inside of a product sees is never stored.
    for (std::size_t i = 0; i < rows; ++i) {
        if (fused[i] != none) buffers[static_cast<std::size_t>(facts.rows[i].output)].size = 0;
    }
    buffers[0].size = 0;  // the caller's
    CMemory plan;
    plan.arena_bytes = place_all(buffers);
    for (std::size_t v = 0; v < value_count; ++v) plan.values.push_back(buffers[v].offset);
    for (std::size_t i = 0; i < rows; ++i) plan.workspaces.push_back(buffers[value_count + i].offset);
    return plan;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
