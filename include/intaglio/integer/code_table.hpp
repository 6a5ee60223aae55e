// The integer program of tables of codes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/kernels/code_table.hpp"
#include "intaglio/model/code_table.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

/// Its parameters are the entries, as the codes that it writes.
template <class Function>
struct Operation<primitive::CodeTable<Function>> : NoMemory {
    template <class Set, class Kind>
    static constexpr std::size_t parameter_bytes(const Site& site) {
        return static_cast<std::size_t>(site.table) * sizeof(typename Kind::output);
    }
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        kernels::look_up(input<Kind>(site, frame), site.extents.out.size(), site.extents.lowest_code,
                         at<typename Kind::output>(frame.parameters, site.parameters), output<Kind>(site, frame));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
