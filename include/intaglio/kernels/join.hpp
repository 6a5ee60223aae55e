// Joins: where branches meet, their codes lie on one grid and are added.
#pragma once

#include <cstdint>

#include "intaglio/simd/tags.hpp"

namespace intaglio::kernels {
inline namespace INTAGLIO_INSTRUCTION_SET {

/// out[i] = a[i] + b[i] for n codes or real numbers; out may be a or b itself. The caller has proven that the sums fit
/// Out.
template <class Tag, class In, class Out>
[[gnu::hot]] void add(const In* a, const In* b, std::int64_t n, Out* out) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<Out>(static_cast<Out>(a[i]) + static_cast<Out>(b[i]));
}

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::kernels
