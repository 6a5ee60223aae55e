// The integer program of the logits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/memory_size.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/integer/step_parameters.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <>
struct Operation<primitive::Logits> : NoMemory {
    template <class Set, class Kind>
    static constexpr std::size_t parameter_bytes(const Site& site) {
        return memory_size(logit_layout(site.extents.in.channels, site.step).bytes);
    }
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const std::int32_t classes = site.extents.in.channels;
        const LogitLayout layout = logit_layout(classes, site.step);
        const std::byte* parameters = frame.parameters + site.parameters;
        const auto* multiplier = detail::at<std::int32_t>(parameters, layout.multiplier);
        const auto* addend = detail::at<std::int64_t>(parameters, layout.addend);
        const auto* in = input<Kind>(site, frame);
        for (std::int32_t c = 0; c < classes; ++c) {
            frame.logits[c] = std::int64_t{in[c]} * multiplier[site.step.one_multiplier ? 0 : c] +
                              addend[site.step.one_addend ? 0 : c];
        }
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
