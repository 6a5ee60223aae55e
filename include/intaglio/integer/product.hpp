// The integer program of convolutions and dense layers, with the step behind them fused.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/integer/step.hpp"
#include "intaglio/kernels/convolution.hpp"
#include "intaglio/kernels/window_sums.hpp"

namespace intaglio::integer {

namespace detail {

/// Output rows that one block of a fused product computes: enough pixels to fill the register tiles.
constexpr std::int32_t block_rows(const ConvolutionExtents& extents) {
    constexpr std::int32_t pixels = 48;
    const std::int32_t rows = (pixels + extents.out.width - 1) / extents.out.width;
    return rows < extents.out.height ? rows : extents.out.height;
}

constexpr std::int64_t accumulator_bytes(const ConvolutionExtents& extents) {
    return aligned(std::int64_t{block_rows(extents)} * extents.out.width * extents.out.channels * 4);
}

/// Bytes of workspace of multiply_rows.
template <class Tag, kernels::Product Kernel, class In>
constexpr std::size_t multiply_workspace_bytes(const Row& row, std::int32_t rows) {
    const std::size_t product = kernels::convolution_workspace_bytes<Tag, Kernel, In>(row.extents, rows);
    if (!has_window_sums(row)) return product;
    const std::size_t sums = kernels::window_sum_workspace_bytes(row.extents, rows);
    return product > sums ? product : sums;
}

/// The accumulators of a block of output rows. With `WindowSums`, weights are multiples of the codes plus an offset.
template <class Tag, kernels::Product Kernel, kernels::Grouping Grouping, bool WindowSums, class In>
void multiply_rows(const Row& row, const In* in, std::int32_t first_row, std::int32_t rows, const std::byte* weights,
                   std::int32_t* accumulators, std::byte* workspace) {
    kernels::convolve_rows<Tag, Kernel, Grouping>(row.extents, in, first_row, rows, weights, accumulators, workspace);
    if constexpr (WindowSums) {
        kernels::add_window_sums<Tag>(row.extents, in, first_row, rows, row.weight_step, row.weight_offset,
                                      accumulators, workspace);
    }
}

/// A product whose accumulators stay in the workspace; each block of rows goes through the step at once.
template <class Tag, kernels::Product Kernel, kernels::Grouping Grouping, bool WindowSums, bool Thresholds, class In,
          class Out>
void product_and_step(const Row& row, const Row& step_row, const In* in, const std::byte* weights,
                      const std::byte* step_parameters, Out* out, std::byte* workspace) {
    const ConvolutionExtents& extents = row.extents;
    auto* accumulators = reinterpret_cast<std::int32_t*>(workspace);
    std::byte* rest = workspace + accumulator_bytes(extents);
    const std::int32_t block = block_rows(extents);
    for (std::int32_t first = 0; first < extents.out.height; first += block) {
        const std::int32_t rows = extents.out.height - first < block ? extents.out.height - first : block;
        multiply_rows<Tag, Kernel, Grouping, WindowSums>(row, in, first, rows, weights, accumulators, rest);
        const std::int64_t pixels = std::int64_t{rows} * extents.out.width;
        step<Tag, Thresholds>(step_row, accumulators, pixels, extents.out.channels, step_parameters,
                              out + std::int64_t{first} * extents.out.width * extents.out.channels);
    }
}

}  // namespace detail

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
        using In = code_type<Net, facts<Net>.rows[Index].input>;
        return detail::multiply_workspace_bytes<Tag, product_of<Tag, Net, Index>, In>(row, rows) +
               (fused ? memory_size(detail::accumulator_bytes(row.extents)) : 0);
    }
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame& frame) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const auto& where = plan<Net, Tag>;
        constexpr kernels::Grouping grouping = kernels::grouping_of(row.extents);
        const auto* in = memory<Net, Tag, row.input>(frame);
        const std::byte* weights = frame.parameters + where.parameters[Index];
        std::byte* workspace = frame.arena + where.workspace[Index];
        if constexpr (where.fused[Index] != none) {
            constexpr const Row& step = facts<Net>.row(where.fused[Index]);
            detail::product_and_step<Tag, product_of<Tag, Net, Index>, grouping, has_window_sums(row),
                                     step.has_thresholds()>(
                row, step, in, weights,
                frame.parameters + where.parameters[static_cast<std::size_t>(where.fused[Index])],
                memory<Net, Tag, step.output>(frame), workspace);
        } else {
            std::int32_t* out = memory<Net, Tag, row.output>(frame);
            const std::int32_t block = detail::block_rows(row.extents);
            for (std::int32_t first = 0; first < row.extents.out.height; first += block) {
                const std::int32_t left = row.extents.out.height - first;
                detail::multiply_rows<Tag, product_of<Tag, Net, Index>, grouping, has_window_sums(row)>(
                    row, in, first, left < block ? left : block, weights,
                    out + std::int64_t{first} * row.extents.out.width * row.extents.out.channels, workspace);
            }
        }
    }
};

}  // namespace intaglio::integer
