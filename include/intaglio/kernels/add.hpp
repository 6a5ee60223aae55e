// Additions: where branches meet, their codes lie on one grid and are added.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/code_sums.hpp"
#include "intaglio/simd/lanes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// out[i] = a[i] + b[i] for n codes or real numbers; out may be a or b itself. The caller has proven that the sums fit
/// Out.
template <class Set, class In, class Out>
[[gnu::hot]] void add(const In* a, const In* b, std::int64_t n, Out* out) {
    simd::cover_once<In, simd::code_lanes<Set, In>>(n, [=](auto count, std::int64_t i) {
        CodeSums<In, Out, decltype(count)::value> sums;
        sums.add(simd::load_lanes<decltype(count)::value>(a + i));
        sums.add(simd::load_lanes<decltype(count)::value>(b + i));
        sums.store(out + i);
    });
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
