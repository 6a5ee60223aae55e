// The integer program of steps, and of the norms that live on in them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/integer/operation.hpp"
#include "intaglio/integer/step_parameters.hpp"
#include "intaglio/kernels/step.hpp"

namespace intaglio::integer {

namespace detail {

/// One step over [pixels][channels]; either by thresholds or by multiplier, addend and shift.
template <class Tag, bool Thresholds, class In, class Out>
void step(const Row& row, const In* in, std::int64_t pixels, std::int32_t channels, const std::byte* parameters,
          Out* out) {
    const auto lowest = static_cast<std::int32_t>(row.codes.lowest);
    if constexpr (Thresholds) {
        const ThresholdLayout layout = threshold_layout(row.steps, channels);
        kernels::threshold_step<Tag>(in, pixels, channels, static_cast<std::int32_t>(row.steps),
                                     at<std::int32_t>(parameters, layout.thresholds),
                                     at<std::int32_t>(parameters, layout.flip), lowest, out);
    } else {
        const DyadicLayout layout = dyadic_layout(channels, row.scale);
        kernels::dyadic_step<Tag>(in, pixels, channels, at<std::int32_t>(parameters, layout.multiplier),
                                  at<std::int64_t>(parameters, layout.addend),
                                  at<std::uint8_t>(parameters, layout.shift), lowest,
                                  static_cast<std::int32_t>(row.codes.highest), out,
                                  {.multiplier = row.scale.one_multiplier, .addend = row.scale.one_addend});
    }
}

}  // namespace detail

template <class Normalization, bool OneGain>
struct Operation<primitive::Norm<Normalization, OneGain>> : NoMemory {
    // A norm lives on in the steps behind it.
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame&) {}
};

template <class Mode>
struct Operation<primitive::IntegerScale<Mode>> : NoMemory {
    // A scale lives on in the step or the logits behind it.
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame&) {}
};

template <class Target>
struct Operation<primitive::Quantize<Target>> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t parameter_bytes() {
        constexpr const Row& row = facts<Net>.rows[Index];
        return memory_size(step_bytes(row, facts<Net>.value(row.output).shape.channels));
    }
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        if constexpr (!plan<Net, Tag>.runs_elsewhere[Index]) {
            constexpr const Row& row = facts<Net>.rows[Index];
            constexpr const Shape shape = facts<Net>.value(row.output).shape;
            detail::step<Tag, row.has_thresholds()>(row, memory<Net, Tag, row.input>(frame), shape.pixels(),
                                                    shape.channels, frame.parameters + plan<Net, Tag>.parameters[Index],
                                                    memory<Net, Tag, row.output>(frame));
        }
    }
};

}  // namespace intaglio::integer
