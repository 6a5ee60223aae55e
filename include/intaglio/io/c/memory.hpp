// Where the values of a generated C program lie in its arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/lifetimes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// Of every value, and of the workspace of every row: bytes from the start of the arena. Multiples of 4.
struct CMemory {
    std::vector<std::int64_t> values;
    std::vector<std::int64_t> workspaces;
    std::int64_t arena_bytes = 0;
};

/// The memory of a program whose rows need workspaces of so many bytes.
template <std::size_t Rows>
[[gnu::cold]] CMemory plan_memory(const FactsView& facts, const Array<std::int32_t, Rows>& fused,
                                  const std::vector<std::int64_t>& workspace_bytes) {
    constexpr std::int64_t alignment = 4;
    Array<std::int64_t, Rows> workspaces;
    for (std::size_t i = 0; i < Rows; ++i) workspaces[i] = workspace_bytes[i];
    auto memory = integer::memory_intervals(facts, fused, workspaces, [&](std::int32_t value) {
        return facts.value(value).shape.size() * bytes(facts.value(value).storage);
    });
    CMemory plan;
    plan.arena_bytes = lay_out(memory, alignment);
    for (std::size_t v = 0; v <= Rows; ++v) plan.values.push_back(memory[v].offset);
    for (std::size_t i = 0; i < Rows; ++i) plan.workspaces.push_back(memory[Rows + 1 + i].offset);
    return plan;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
