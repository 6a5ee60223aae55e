// A step by the numbers of the canonical model: what kernels must compute, written plainly.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "intaglio/canonical/certificate.hpp"
#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/site.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The code of one accumulator of a channel.
[[nodiscard]] inline std::int32_t step_code(const RowNumbers& numbers, const integer::StepForm& form,
                                            std::size_t channel, std::int32_t accumulator) {
    if (!numbers.falling.empty()) {
        const std::size_t channels = numbers.falling.size();
        const std::int32_t position = numbers.falling[channel] != 0 ? -accumulator - 1 : accumulator;
        std::int32_t code = form.lowest;
        for (std::size_t at = channel; at < numbers.thresholds.size(); at += channels) {
            code += position >= numbers.thresholds[at] ? 1 : 0;
        }
        return code;
    }
    const std::size_t m = form.one_multiplier ? 0 : channel;
    const std::int64_t sum =
        std::int64_t{accumulator} * numbers.multipliers[m] + numbers.addends[form.one_addend ? 0 : channel];
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(sum >> numbers.shifts[m], form.lowest, form.highest));
}

/// The step of all channels, for a comparison; refers to the numbers.
[[nodiscard]] inline StepFunction step_function(const RowNumbers& numbers, const integer::StepForm& form,
                                                std::size_t channels) {
    return [&numbers, form, channels](const std::int32_t* accumulators, std::int32_t* codes) {
        for (std::size_t c = 0; c < channels; ++c) codes[c] = step_code(numbers, form, c, accumulators[c]);
    };
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
