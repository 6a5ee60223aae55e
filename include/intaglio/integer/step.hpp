// The integer program of steps, and of the norms that live on in them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/integer/step_parameters.hpp"
#include "intaglio/kernels/step.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

namespace detail {

/// One step over [pixels][channels], of all channels or of some; to planes, if these are what `Out` is.
template <class Set, StepKind Form, class In, class Out>
void step(const StepForm& form, const In* in, std::int64_t pixels, const kernels::StepChannels& channels,
          const std::byte* parameters, Out* out) {
    if constexpr (Form == StepKind::thresholds) {
        const ThresholdLayout layout = threshold_layout(form.levels, channels.all);
        const auto* const thresholds = at<std::int32_t>(parameters, layout.thresholds);
        const auto* const flip = at<std::int32_t>(parameters, layout.flip);
        if constexpr (kernels::planes_of<Out> == 1) {
            // All positions between two codes are one and the same.
            kernels::threshold_bits<Set>(in, pixels, channels,
                                         thresholds + std::int64_t{form.levels - 1} * channels.all, flip, out);
        } else if constexpr (kernels::planes_of<Out> > 1) {
            kernels::threshold_planes<Set, kernels::planes_of<Out>>(in, pixels, channels, form.levels, thresholds, flip,
                                                                    form.spacing - 1, kernels::words_in(out));
        } else {
            kernels::threshold_step<Set>(in, pixels, channels, form.levels, thresholds, flip, form.lowest, out);
        }
    } else {
        const DyadicLayout layout = dyadic_layout(channels.all, form);
        kernels::dyadic_step<Set>(in, pixels, channels, at<std::int32_t>(parameters, layout.multiplier),
                                  at<std::int64_t>(parameters, layout.addend),
                                  at<std::uint8_t>(parameters, layout.shift), form.lowest, form.highest, out,
                                  {.multiplier = form.one_multiplier, .addend = form.one_addend});
    }
}

}  // namespace detail

// A norm, an integer scale: they live on in the step or the logits after them.
template <class Normalization, bool OneGain>
struct Operation<primitive::Norm<Normalization, OneGain>> : Idle {};
template <class Mode>
struct Operation<primitive::IntegerScale<Mode>> : Idle {};

template <class Target>
struct Operation<primitive::Quantize<Target>> : NoMemory {
    template <class Set, class Net>
    static constexpr StepKind variant(const FactsView&, const Row& row, std::int32_t) {
        return step_kind(row);
    }
    template <class Set, class Net>
    static constexpr Layouts layouts(const FactsView&, const Row& row) {
        return {.writes = row.has_thresholds() ? Layout::planes : Layout::codes};
    }
    template <class Set, class Kind>
    static constexpr std::size_t parameter_bytes(const Site& site) {
        return memory_size(step_bytes(Kind::variant, site.step, site.extents.out.channels));
    }
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const Shape& shape = site.extents.out;
        detail::step<Set, Kind::variant>(site.step, input<Kind>(site, frame), shape.pixels(), shape.channels,
                                         frame.parameters + site.parameters, output<Kind>(site, frame));
    }
};

// What other rooms build upon.
using detail::step;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
