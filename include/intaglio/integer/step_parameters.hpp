// How the parameters of steps and logits lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/model/intervals.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

/// What a step is made of.
enum class StepKind : std::uint8_t {
    none,        ///< of a product without a step
    thresholds,  ///< one for each code but the lowest
    dyadic       ///< multiplier, addend and shift
};
constexpr StepKind step_kind(const Row& row) {
    return row.has_thresholds() ? StepKind::thresholds : StepKind::dyadic;
}

/// A step as thresholds: code = lowest + number of m with (acc ^ flip[c]) >= thresholds[m][c].
struct ThresholdLayout {
    std::int64_t thresholds;  ///< bytes from the start: int32 [levels][channels]
    std::int64_t flip;        ///< int32 [channels], 0 for increasing steps, -1 for decreasing ones
    std::int64_t bytes;
};
constexpr ThresholdLayout threshold_layout(std::int64_t levels, std::int64_t channels) {
    const std::int64_t flip = aligned(levels * channels * 4);
    return {0, flip, flip + aligned(channels * 4)};
}

/// A step as multiplier, addend and shift: code = clamp((acc * multiplier[c] + addend[c]) >> shift[c]).
/// The addend holds the half that rounds. All channels share what the form, a StepForm
/// or a ScaleForm, has once.
struct DyadicLayout {
    std::int64_t addend;      ///< int64 [addends]
    std::int64_t multiplier;  ///< int32 [multipliers]
    std::int64_t shift;       ///< uint8 [multipliers], 1 ... 62
    std::int64_t bytes;
};
template <class Form = StepForm>
constexpr DyadicLayout dyadic_layout(std::int64_t channels, const Form& form = {}) {
    const std::int64_t multipliers = form.one_multiplier ? 1 : channels;
    const std::int64_t multiplier = aligned((form.one_addend ? 1 : channels) * 8);
    const std::int64_t shift = multiplier + aligned(multipliers * 4);
    return {0, multiplier, shift, shift + aligned(multipliers)};
}

/// Logits: acc * multiplier[c] + addend[c] in 64 bits, at one common scale. All classes share what the form has once.
struct LogitLayout {
    std::int64_t addend;      ///< int64 [addends]
    std::int64_t multiplier;  ///< int32 [multipliers]
    std::int64_t bytes;
};
template <class Form = StepForm>
constexpr LogitLayout logit_layout(std::int64_t classes, const Form& form = {}) {
    const std::int64_t multiplier = aligned((form.one_addend ? 1 : classes) * 8);
    return {0, multiplier, multiplier + aligned((form.one_multiplier ? 1 : classes) * 4)};
}

/// Bytes of the parameters of a step.
constexpr std::int64_t step_bytes(StepKind kind, const StepForm& form, std::int64_t channels) {
    return kind == StepKind::thresholds ? threshold_layout(form.levels, channels).bytes
                                        : dyadic_layout(channels, form).bytes;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
