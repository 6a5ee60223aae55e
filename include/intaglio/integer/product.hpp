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
    bool by_panel = false;           ///< on each panel of sums as it is finished, if the kernel has such
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
    ProductVariant<product_kernels<Net>> variant{choose_product<Target, product_kernels<Net>>(facts, row),
                                                 kernels::grouping_of(row.extents), has_window_sums(row)};
    if (fused == none) return variant;
    variant.step = step_kind(facts.row(fused));
    // A panel of one pixel is not worth a step of its own.
    variant.by_panel =
        !variant.window_sums && variant.grouping == kernels::Grouping::mixed && row.extents.out.pixels() >= 4;
    return variant;
}

namespace detail {

/// Output rows that one block of a fused product computes: enough pixels to fill the register tiles, few enough that
/// sums and codes stay close; all blocks but the last are of one size.
constexpr std::int32_t block_rows(const ConvolutionExtents& extents) {
    // Of groups with few outputs the rows under a block are copied anew, those that blocks share twice: larger blocks.
    const std::int64_t of_groups = extents.groups > 1 ? 16384 / extents.out.channels : 0;
    const std::int64_t pixels = of_groups > 48 ? of_groups : 48;
    const std::int64_t blocks = extents.out.pixels() / pixels;
    const std::int32_t height = extents.out.height;
    return blocks < 2 ? height : static_cast<std::int32_t>((height + blocks - 1) / blocks);
}

/// Whether the step of a product runs on each panel of sums as it is finished.
template <class Set, auto Variant, class In>
constexpr bool steps_by_panel() {
    return Variant.by_panel && kernels::MultipliesPanels<kernel_of<Variant>, Set, In>;
}

/// Bytes of the accumulators of a block: those of `channels` output channels.
constexpr std::int64_t accumulator_bytes(const ConvolutionExtents& extents, std::int32_t channels) {
    return aligned(std::int64_t{block_rows(extents)} * extents.out.width * channels * 4);
}
/// The same for the channels that are kept until their step has run.
template <class Set, auto Variant, class In>
constexpr std::int64_t kept_bytes(const ConvolutionExtents& extents) {
    if constexpr (steps_by_panel<Set, Variant, In>()) {
        return accumulator_bytes(extents, kernel_of<Variant>::template panel_channels<Set>(extents));
    } else {
        return accumulator_bytes(extents, Variant.step == StepKind::none ? 0 : extents.out.channels);
    }
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

/// The step of a product, for the sums of one block of pixels.
template <class Set, StepKind Kind, class Out>
struct FusedStep {
    const Site& site;
    const std::byte* parameters;
    Out* out;  ///< of the first pixel

    void all(const std::int32_t* sums, std::int64_t pixels) const {
        step<Set, Kind>(site.step, sums, pixels, site.extents.out.channels, parameters, out);
    }
    /// Takes a panel of sums: see kernels::ProductOutput.
    static void panel(const void* self, const kernels::SumPanel<std::int32_t>& sums) {
        const auto& fused = *static_cast<const FusedStep*>(self);
        step<Set, Kind>(fused.site.step, sums.sums, sums.pixels,
                        {fused.site.extents.out.channels, sums.first_channel, sums.channels, sums.pitch},
                        fused.parameters, fused.out);
    }
};

/// A product whose accumulators stay in the workspace; each block of rows goes through the step at once, panel by panel
/// where the kernel has such.
template <class Set, auto Variant, class In, class Out>
void product_and_step(const Site& site, const In* in, const std::byte* parameters, Out* out, std::byte* workspace) {
    const ConvolutionExtents& extents = site.extents;
    auto* accumulators = reinterpret_cast<std::int32_t*>(workspace);
    std::byte* rest = workspace + kept_bytes<Set, Variant, In>(extents);
    const std::int32_t block = block_rows(extents);
    FusedStep<Set, Variant.step, Out> fused{site, parameters + site.step_parameters, out};
    for (std::int32_t first = 0; first < extents.out.height; first += block) {
        const std::int32_t rows = extents.out.height - first < block ? extents.out.height - first : block;
        const std::int64_t pixels = std::int64_t{rows} * extents.out.width;
        if constexpr (steps_by_panel<Set, Variant, In>()) {
            kernel_of<Variant>::template multiply_panels<Set>(
                extents, in, {.first_row = first, .rows = rows}, parameters + site.parameters,
                {.sums = accumulators, .take = &FusedStep<Set, Variant.step, Out>::panel, .taker = &fused}, rest);
        } else {
            multiply_rows<Set, Variant>(extents, site.weight, in, first, rows, parameters + site.parameters,
                                        accumulators, rest);
            fused.all(accumulators, pixels);
        }
        fused.out += pixels * pixel_elements<Out>(extents.out.channels);
    }
}

}  // namespace detail

template <class Weight, class Standardization>
struct Operation<primitive::Product<Weight, Standardization>> {
    template <class Target, class Net>
    static constexpr auto variant(const FactsView& facts, const Row& row, std::int32_t fused) {
        return product_variant<Target, Net>(facts, row, fused);
    }
    /// Planes, if the kernel reads them and its channels are those of the words: an image that is read as one pixel has
    /// whole words only.
    template <class Target, class Net>
    static constexpr Layouts layouts(const FactsView& facts, const Row& row) {
        const Shape shape = facts.value(row.input).shape;
        const bool same_words =
            shape.channels == row.extents.in.channels || shape.channels % kernels::bits_per_word == 0;
        using Kernels = product_kernels<Net>;
        const int planes = detail::Choice<simd::set_of<Target>, typename Kernels::list>::planes(
            choose_product<Target, Kernels>(facts, row));
        return {.reads = planes > 0 && same_words ? Layout::planes : Layout::codes};
    }
    template <class Set, class Kind>
    static constexpr std::size_t parameter_bytes(const Site& site) {
        return kernel_of<Kind::variant>::template weight_bytes<Set>(site.extents);
    }
    template <class Set, class Kind>
    static constexpr std::size_t workspace_bytes(const Site& site) {
        return detail::multiply_workspace_bytes<Set, kernel_of<Kind::variant>, typename Kind::input>(
                   site.extents, Kind::variant.window_sums, detail::block_rows(site.extents)) +
               memory_size(detail::kept_bytes<Set, Kind::variant, typename Kind::input>(site.extents));
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
using detail::block_rows;
using detail::multiply_rows;
using detail::multiply_workspace_bytes;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
