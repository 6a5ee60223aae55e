// The integer programs of the primitive operations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/integer/plan.hpp"
#include "intaglio/integer/step_parameters.hpp"
#include "intaglio/kernels/convolution.hpp"
#include "intaglio/kernels/join.hpp"
#include "intaglio/kernels/pool.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio::integer {

/// What an operation sees of one call of the program.
struct Frame {
    const std::byte* parameters;
    const std::uint8_t* pixels;
    std::byte* arena;
    std::int64_t* logits;
};

template <Storage S>
using storage_type = std::conditional_t<S == Storage::uint8, std::uint8_t,
                                        std::conditional_t<S == Storage::int16, std::int16_t, std::int32_t>>;

/// The type of a code of a value.
template <class Net, std::int32_t Index>
using code_type = storage_type<facts<Net>.value(Index).storage>;

namespace detail {

template <class T>
const T* at(const std::byte* base, std::int64_t offset) {
    return reinterpret_cast<const T*>(base + offset);
}

/// Memory of a value during a call.
template <class Net, class Tag, std::int32_t Index>
auto* memory(const Frame& frame) {
    constexpr const Value& value = facts<Net>.value(Index);
    using T = code_type<Net, Index>;
    if constexpr (value.memory == 0) {
        return reinterpret_cast<const T*>(frame.pixels);
    } else {
        constexpr std::int64_t offset = plan<Net, Tag>.values[static_cast<std::size_t>(value.memory)];
        return reinterpret_cast<T*>(frame.arena + offset);
    }
}

/// One step over [pixels][channels]; Levels > max_thresholds takes multiplier, addend and shift.
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
        const DyadicLayout layout = dyadic_layout(channels);
        kernels::dyadic_step<Tag>(in, pixels, channels, at<std::int32_t>(parameters, layout.multiplier),
                                  at<std::int64_t>(parameters, layout.addend),
                                  at<std::uint8_t>(parameters, layout.shift), lowest,
                                  static_cast<std::int32_t>(row.codes.highest), out);
    }
}

/// Output rows that one block of a fused product computes: enough pixels to fill the register tiles.
constexpr std::int32_t block_rows(const ConvolutionExtents& extents) {
    constexpr std::int32_t pixels = 48;
    const std::int32_t rows = (pixels + extents.out.width - 1) / extents.out.width;
    return rows < extents.out.height ? rows : extents.out.height;
}

constexpr std::int64_t accumulator_bytes(const ConvolutionExtents& extents) {
    return aligned(std::int64_t{block_rows(extents)} * extents.out.width * extents.out.channels * 4);
}

/// A product whose accumulators stay in the workspace; each block of rows goes through the step at once.
template <class Tag, kernels::Product Kernel, bool Thresholds, class Out>
void product_and_step(const Row& row, const Row& step_row, const kernels::ActivationCode<Kernel>* in,
                      const std::byte* weights, const std::byte* step_parameters, Out* out, std::byte* workspace) {
    const ConvolutionExtents& extents = row.extents;
    auto* accumulators = reinterpret_cast<std::int32_t*>(workspace);
    std::byte* rest = workspace + accumulator_bytes(extents);
    const std::int32_t block = block_rows(extents);
    for (std::int32_t first = 0; first < extents.out.height; first += block) {
        const std::int32_t rows = extents.out.height - first < block ? extents.out.height - first : block;
        kernels::convolve_rows<Tag, Kernel>(extents, in, first, rows, weights, accumulators, rest);
        const std::int64_t pixels = std::int64_t{rows} * extents.out.width;
        step<Tag, Thresholds>(step_row, accumulators, pixels, extents.out.channels, step_parameters,
                              out + std::int64_t{first} * extents.out.width * extents.out.channels);
    }
}

}  // namespace detail

/// What an operation inherits that has no parameters or needs no workspace; it hides the one that it has.
struct NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t parameter_bytes() {
        return 0;
    }
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t workspace_bytes() {
        return 0;
    }
};

template <class Weight, class Standardization>
struct Operation<primitive::Product<Weight, Standardization>> {
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t parameter_bytes() {
        return kernels::packed_weight_bytes<Tag, product_of<Tag, Net, Index>>(facts<Net>.rows[Index].extents);
    }
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t workspace_bytes() {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr bool fused = fused_step(facts<Net>, static_cast<std::int32_t>(Index)) != none;
        const std::int32_t rows = detail::block_rows(row.extents);
        return kernels::convolution_workspace_bytes<Tag, product_of<Tag, Net, Index>>(row.extents, rows) +
               (fused ? static_cast<std::size_t>(detail::accumulator_bytes(row.extents)) : 0);
    }
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const auto& where = plan<Net, Tag>;
        const auto* in = detail::memory<Net, Tag, row.input>(frame);
        const std::byte* weights = frame.parameters + where.parameters[Index];
        std::byte* workspace = frame.arena + where.workspace[Index];
        if constexpr (where.fused[Index] != none) {
            constexpr const Row& step = facts<Net>.row(where.fused[Index]);
            detail::product_and_step<Tag, product_of<Tag, Net, Index>, (step.steps <= max_thresholds)>(
                row, step, in, weights,
                frame.parameters + where.parameters[static_cast<std::size_t>(where.fused[Index])],
                detail::memory<Net, Tag, step.output>(frame), workspace);
        } else {
            std::int32_t* out = detail::memory<Net, Tag, row.output>(frame);
            const std::int32_t block = detail::block_rows(row.extents);
            for (std::int32_t first = 0; first < row.extents.out.height; first += block) {
                const std::int32_t left = row.extents.out.height - first;
                kernels::convolve_rows<Tag, product_of<Tag, Net, Index>>(
                    row.extents, in, first, left < block ? left : block, weights,
                    out + std::int64_t{first} * row.extents.out.width * row.extents.out.channels, workspace);
            }
        }
    }
};

template <class Normalization, bool OneGain>
struct Operation<primitive::Norm<Normalization, OneGain>> : NoMemory {
    // A norm lives on in the steps behind it.
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame&) {}
};

template <class Target>
struct Operation<primitive::Quantize<Target>> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t parameter_bytes() {
        constexpr const Row& row = facts<Net>.rows[Index];
        return static_cast<std::size_t>(step_bytes(row.steps, facts<Net>.value(row.output).shape.channels));
    }
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        if constexpr (!plan<Net, Tag>.runs_elsewhere[Index]) {
            constexpr const Row& row = facts<Net>.rows[Index];
            constexpr const Shape shape = facts<Net>.value(row.output).shape;
            detail::step<Tag, (row.steps <= max_thresholds)>(
                row, detail::memory<Net, Tag, row.input>(frame), shape.pixels(), shape.channels,
                frame.parameters + plan<Net, Tag>.parameters[Index], detail::memory<Net, Tag, row.output>(frame));
        }
    }
};

template <>
struct Operation<primitive::SumPool> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const ConvolutionExtents& e = row.extents;
        kernels::sum_pool<Tag>(e.in, e.kernel_height, e.kernel_width, e.stride_height, e.stride_width,
                               detail::memory<Net, Tag, row.input>(frame), detail::memory<Net, Tag, row.output>(frame));
    }
};

template <>
struct Operation<primitive::Add> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        kernels::add<Tag>(detail::memory<Net, Tag, row.input>(frame), detail::memory<Net, Tag, row.second_input>(frame),
                          facts<Net>.value(row.output).shape.size(), detail::memory<Net, Tag, row.output>(frame));
    }
};

template <>
struct Operation<primitive::Logits> : NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static constexpr std::size_t parameter_bytes() {
        return static_cast<std::size_t>(logit_layout(facts<Net>.classes()).bytes);
    }
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr LogitLayout layout = logit_layout(facts<Net>.classes());
        const std::byte* parameters = frame.parameters + plan<Net, Tag>.parameters[Index];
        const auto* multiplier = detail::at<std::int32_t>(parameters, layout.multiplier);
        const auto* addend = detail::at<std::int64_t>(parameters, layout.addend);
        const auto* in = detail::memory<Net, Tag, row.input>(frame);
        for (std::int32_t c = 0; c < facts<Net>.classes(); ++c) {
            frame.logits[c] = std::int64_t{in[c]} * multiplier[c] + addend[c];
        }
    }
};

}  // namespace intaglio::integer
