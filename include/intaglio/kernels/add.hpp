// Additions: where branches meet, their codes lie on one grid and are added.
#pragma once

#include <cstdint>

#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// out[i] = a[i] + b[i] for n codes or real numbers; out may be a or b itself. The caller has proven that the sums fit
/// Out.
template <class Set, class In, class Out>
[[gnu::hot]] void add(const In* a, const In* b, std::int64_t n, Out* out) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<Out>(static_cast<Out>(a[i]) + static_cast<Out>(b[i]));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
