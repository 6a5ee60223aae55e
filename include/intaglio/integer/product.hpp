// The integer program of convolutions and dense layers, with the step after them fused.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/integer/step.hpp"
#include "intaglio/kernels/window_sums.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

/// What tells the code of one product from that of another.
template <class Kernels>
struct ProductVariant {
    std::size_t kernel = 0;  ///< its place in the list
    kernels::Grouping grouping{};
    bool window_sums = false;        ///< weights are no plain multiples of their codes
    StepKind step = StepKind::none;  ///< that runs inside
    constexpr bool operator==(const ProductVariant&) const = default;

    template <std::size_t Place>
    using kernel_at = boost::mp11::mp_at_c<typename Kernels::list, Place>;
};
/// The kernel of a variant.
template <auto Variant>
using kernel_of = typename decltype(Variant)::template kernel_at<Variant.kernel>;

/// The variant of a product of codes of a network on a target.
template <class Target, class Net>
constexpr ProductVariant<product_kernels<Net>> product_variant(const FactsView& facts, const Row& row,
                                                               std::int32_t fused) {
    return {choose_product<Target, product_kernels<Net>>(facts, row), kernels::grouping_of(row.extents),
            has_window_sums(row), fused == none ? StepKind::none : step_kind(facts.row(fused))};
}

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
template <class Set, class Kernel, class In>
constexpr std::size_t multiply_workspace_bytes(const ConvolutionExtents& extents, bool window_sums, std::int32_t rows) {
    const std::size_t product = Kernel::template workspace_bytes<Set, In>(extents, rows);
    if (!window_sums) return product;
    const std::size_t sums = kernels::window_sum_workspace_bytes(extents, rows);
    return product > sums ? product : sums;
}

/// The accumulators of a block of output rows.
template <class Set, auto Variant, class In>
void multiply_rows(const ConvolutionExtents& extents, WeightForm weight, const In* in, std::int32_t first_row,
                   std::int32_t rows, const std::byte* weights, std::int32_t* accumulators, std::byte* workspace) {
    kernel_of<Variant>::template multiply_rows<Set, Variant.grouping>(extents, in, first_row, rows, weights,
                                                                      accumulators, workspace);
    if constexpr (Variant.window_sums) {
        kernels::add_window_sums<Set>(extents, in, first_row, rows, weight.spacing, weight.offset, accumulators,
                                      workspace);
    }
}

/// A product whose accumulators stay in the workspace; each block of rows goes through the step at once.
template <class Set, auto Variant, class In, class Out>
void product_and_step(const Site& site, const In* in, const std::byte* parameters, Out* out, std::byte* workspace) {
    const ConvolutionExtents& extents = site.extents;
    auto* accumulators = reinterpret_cast<std::int32_t*>(workspace);
    std::byte* rest = workspace + accumulator_bytes(extents);
    const std::int32_t block = block_rows(extents);
    for (std::int32_t first = 0; first < extents.out.height; first += block) {
        const std::int32_t rows = extents.out.height - first < block ? extents.out.height - first : block;
        multiply_rows<Set, Variant>(extents, site.weight, in, first, rows, parameters + site.parameters, accumulators,
                                    rest);
        const std::int64_t pixels = std::int64_t{rows} * extents.out.width;
        step<Set, Variant.step>(
            site.step, accumulators, pixels, extents.out.channels, parameters + site.step_parameters,
            out + std::int64_t{first} * extents.out.width * pixel_elements<Out>(extents.out.channels));
    }
}

}  // namespace detail

template <class Weight, class Standardization>
struct Operation<primitive::Product<Weight, Standardization>> {
    template <class Target, class Net>
    static constexpr auto variant(const FactsView& facts, const Row& row, std::int32_t fused) {
        return product_variant<Target, Net>(facts, row, fused);
    }
    /// Bits, if the kernel reads them and its channels are those of the words: an image that is read as one pixel has
    /// whole words only.
    template <class Target, class Net>
    static constexpr Layouts layouts(const FactsView& facts, const Row& row) {
        const Shape shape = facts.value(row.input).shape;
        const bool same_words =
            shape.channels == row.extents.in.channels || shape.channels % kernels::bits_per_word == 0;
        using Kernels = product_kernels<Net>;
        const bool reads_bits = detail::Choice<simd::set_of<Target>, typename Kernels::list>::reads_bits(
            choose_product<Target, Kernels>(facts, row));
        return {.reads = reads_bits && same_words ? Layout::bits : Layout::codes};
    }
    template <class Set, class Kind>
    static constexpr std::size_t parameter_bytes(const Site& site) {
        return kernel_of<Kind::variant>::template weight_bytes<Set>(site.extents);
    }
    template <class Set, class Kind>
    static constexpr std::size_t workspace_bytes(const Site& site) {
        const bool fused = Kind::variant.step != StepKind::none;
        return detail::multiply_workspace_bytes<Set, kernel_of<Kind::variant>, typename Kind::input>(
                   site.extents, Kind::variant.window_sums, detail::block_rows(site.extents)) +
               (fused ? memory_size(detail::accumulator_bytes(site.extents)) : 0);
    }
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        const auto* in = input<Kind>(site, frame);
        auto* out = output<Kind>(site, frame);
        std::byte* workspace = frame.arena + site.workspace;
        if constexpr (Kind::variant.step != StepKind::none) {
            detail::product_and_step<Set, Kind::variant>(site, in, frame.parameters, out, workspace);
        } else {
            const ConvolutionExtents& extents = site.extents;
            const std::int32_t block = detail::block_rows(extents);
            for (std::int32_t first = 0; first < extents.out.height; first += block) {
                const std::int32_t left = extents.out.height - first;
                detail::multiply_rows<Set, Kind::variant>(
                    extents, site.weight, in, first, left < block ? left : block, frame.parameters + site.parameters,
                    out + std::int64_t{first} * extents.out.width * extents.out.channels, workspace);
            }
        }
    }
};

// What other rooms build upon.
using detail::multiply_rows;
using detail::multiply_workspace_bytes;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
