// The integer program of average pools with padding.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/padded_sum_pool.hpp"
#include "intaglio/model/padded_pool.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <bool CountsPadding>
struct Operation<primitive::PaddedSumPool<CountsPadding>> : NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::padded_sum_pool(site.extents, site.settings[0], site.settings[1], CountsPadding,
                                 input<Kind>(site, frame), output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
