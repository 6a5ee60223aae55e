// Codes looked up in a table.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// out[i] = table[in[i] - lowest] for `count` codes, of which none is below `lowest`. `in` and `out` do not overlap.
template <class In, class Entry, class Out>
[[gnu::hot]] void look_up(const In* in, std::int64_t count, std::int32_t lowest, const Entry* table, Out* out) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<Out>(table[in[i] - lowest]);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
