// The integer program of the logits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/integer/operation.hpp"
#include "intaglio/integer/step_parameters.hpp"

namespace intaglio::integer {

template <>
struct Operation<primitive::Logits> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t parameter_bytes() {
        return memory_size(logit_layout(facts<Net>.classes(), facts<Net>.rows[Index].scale).bytes);
    }
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr LogitLayout layout = logit_layout(facts<Net>.classes(), row.scale);
        const std::byte* parameters = frame.parameters + plan<Net, Tag>.parameters[Index];
        const auto* multiplier = detail::at<std::int32_t>(parameters, layout.multiplier);
        const auto* addend = detail::at<std::int64_t>(parameters, layout.addend);
        const auto* in = memory<Net, Tag, row.input>(frame);
        for (std::int32_t c = 0; c < facts<Net>.classes(); ++c) {
            frame.logits[c] = std::int64_t{in[c]} * multiplier[row.scale.one_multiplier ? 0 : c] +
                              addend[row.scale.one_addend ? 0 : c];
        }
    }
};

}  // namespace intaglio::integer
