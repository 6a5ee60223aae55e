// Weights in the order in which the product kernel reads them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Where the packed weights of an output channel begin: those of its first chunk.
template <class Arithmetic>
[[nodiscard]] constexpr std::int64_t first_packed_weight(const ConvolutionPlan& plan, std::int32_t output) {
    constexpr std::int64_t lanes = Arithmetic::lanes;
    const std::int32_t group = output / plan.group_outputs;
    const std::int32_t within = output % plan.group_outputs;
    const std::int64_t vector = within / lanes;
    return group * plan.group_weights +
           (vector / 2 * 2 * plan.packed_chunks * lanes + vector % 2 * lanes + within % lanes) *
               Arithmetic::codes_per_chunk;
}
/// Vectors side by side in the block of an output channel.
template <class Arithmetic>
[[nodiscard]] constexpr std::int64_t vectors_of_block(const ConvolutionPlan& plan, std::int32_t output) {
    return output % plan.group_outputs / Arithmetic::lanes / 2 * 2 + 1 < plan.group_vectors ? 2 : 1;
}
/// Where the constant of an output channel stands among the packed weights.
template <class Arithmetic>
[[nodiscard]] constexpr std::int64_t packed_constant(const ConvolutionPlan& plan, std::int32_t output) {
    return first_packed_weight<Arithmetic>(plan, output) +
           plan.chunks() * vectors_of_block<Arithmetic>(plan, output) * Arithmetic::lanes * Arithmetic::codes_per_chunk;
}

/// Calls visit(packed index, output channel, index within the window) for each weight in turn.
template <class Arithmetic, class Visit>
constexpr void for_each_packed_weight(const ConvolutionExtents& extents, const Visit& visit) {
    const ConvolutionPlan plan = plan_for<Arithmetic>(extents);
    constexpr std::int64_t lanes = Arithmetic::lanes;
    constexpr std::int64_t per_chunk = Arithmetic::codes_per_chunk;
    const std::int32_t segments = plan.segment_rows * plan.segment_columns;
    for (std::int32_t output = 0; output < extents.out.channels; ++output) {
        const std::int64_t vectors = vectors_of_block<Arithmetic>(plan, output);
        const std::int64_t start = first_packed_weight<Arithmetic>(plan, output);
        std::int64_t index = 0;
        for (std::int32_t segment = 0; segment < segments; ++segment) {
            std::int64_t packed = start + std::int64_t{segment} * plan.segment_chunks * vectors * lanes * per_chunk;
            std::int64_t in_step = 0;
            for (std::int32_t code = 0; code < plan.segment_codes; ++code) {
                visit(packed + in_step, output, index++);
                if (++in_step == per_chunk) {
                    in_step = 0;
                    packed += vectors * lanes * per_chunk;
                }
            }
        }
    }
}

/// Bytes of packed weights of any arithmetic; a multiple of 64.
template <class Arithmetic>
[[nodiscard]] constexpr std::size_t packed_bytes(const ConvolutionExtents& extents) {
    const ConvolutionPlan plan = plan_for<Arithmetic>(extents);
    const std::int64_t weights = plan.groups * plan.group_weights;
    return memory_size(round_up(weights * static_cast<std::int64_t>(sizeof(typename Arithmetic::Weight)), 64));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
