// When the values of an integer program are alive: which steps run inside a product, and the memory that follows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/model/intervals.hpp"
#include "intaglio/model/readers.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

/// Per product the row of the step that runs inside it, so that its accumulators are never stored; none if there is
/// none: something else reads them, or what is made of them on the way to the step.
template <std::size_t Rows>
constexpr Array<std::int32_t, Rows> fused_steps(const FactsView& facts) {
    const Readers<Rows + 1> readers(facts);
    Array<std::int32_t, Rows> fused{};
    for (std::size_t i = 0; i < Rows; ++i) {
        fused[i] = none;
        if (facts.rows[i].weights == 0) continue;
        std::int32_t value = facts.rows[i].output;
        while (readers.count[static_cast<std::size_t>(value)] == 1) {
            const std::int32_t reader = readers.last[static_cast<std::size_t>(value)];
            if (facts.row(reader).steps > 0) {
                fused[i] = reader;
                break;
            }
            // A norm moves no data: look past it.
            value = facts.row(reader).output;
            if (facts.value(value).norm_row != reader) break;
        }
    }
    return fused;
}

/// Per product of a network the row of its step.
template <class Net>
inline constexpr auto fused = fused_steps<facts<Net>.row_count()>(facts<Net>.view());

/// The memory of a program, for lay_out: that of each value, then the workspace of each row, which lives while the row
/// runs. `workspaces` has the bytes of the latter; `value_bytes(value)` gives those of a value that is stored. What
/// shares the memory of another value, or is an accumulator that a step inside of its product takes up, has none, and
/// the network's input is the caller's.
template <std::size_t Rows, class ValueBytes>
constexpr auto memory_intervals(const FactsView& facts, const Array<std::int32_t, Rows>& fused,
                                const Array<std::int64_t, Rows>& workspaces, const ValueBytes& value_bytes) {
    constexpr std::size_t values = Rows + 1;
    Array<Interval, values + Rows> memory;
    const auto extend = [&](std::int32_t value, std::int32_t row) {
        Interval& interval = memory[static_cast<std::size_t>(value)];
        if (row > interval.last) interval.last = row;
    };
    for (std::size_t i = 0; i < Rows; ++i) {
        const Row& row = facts.rows[i];
        const auto now = static_cast<std::int32_t>(i);
        memory[values + i] = {.size = workspaces[i], .first = now, .last = now};
        if (facts.value(row.output).memory == row.output && fused[i] == none) {
            Interval& interval = memory[static_cast<std::size_t>(row.output)];
            interval.size = value_bytes(row.output);
            interval.first = now;
            extend(row.output, now);
        }
        extend(facts.value(row.input).memory, now);
        if (row.second_input != none) extend(facts.value(row.second_input).memory, now);
    }
    // A fused step writes its codes while its product runs.
    for (std::size_t i = 0; i < Rows; ++i) {
        if (fused[i] != none) {
            memory[static_cast<std::size_t>(facts.row(fused[i]).output)].first = static_cast<std::int32_t>(i);
        }
    }
    memory[0].size = 0;
    return memory;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
