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
template <class Kernel>
constexpr std::int32_t block_rows(const ConvolutionExtents& extents) {
    // Of groups with few outputs the rows under a block are copied anew, those that blocks share twice: larger blocks.
    const std::int64_t of_groups = extents.groups > 1 ? 2048 / extents.out.channels : 0;
    const std::int64_t pixels = of_groups > 48 ? of_groups : 48;
    std::int32_t multiple = 1;
    if constexpr (requires { Kernel::row_multiple; }) multiple = Kernel::row_multiple;
    const std::int64_t blocks = extents.out.pixels() / pixels;
    const std::int32_t height = extents.out.height;
    if (blocks < 2) return height;
    const auto rows = static_cast<std::int32_t>(kernels::round_up((height + blocks - 1) / blocks, multiple));
    return rows < height ? rows : height;
}

/// Whether the step of a product runs on each panel of sums as it is finished.
template <class Set, auto Variant, class In>
constexpr bool steps_by_panel() {
    return Variant.by_panel && kernels::MultipliesPanels<kernel_of<Variant>, Set, In>;
}

/// Bytes of the accumulators of a block: those of `channels` output channels.
template <class Kernel>
constexpr std::int64_t accumulator_bytes(const ConvolutionExtents& extents, std::int32_t channels) {
    return aligned(std::int64_t{block_rows<Kernel>(extents)} * extents.out.width * channels * 4);
}
/// The same for the channels that are kept until their step has run.
template <class Set, auto Variant, class In>
constexpr std::int64_t kept_bytes(const ConvolutionExtents& extents) {
    using Kernel = kernel_of<Variant>;
    if constexpr (steps_by_panel<Set, Variant, In>()) {
        return accumulator_bytes<Kernel>(extents, Kernel::template panel_channels<Set>(extents));
    } else {
        return accumulator_bytes<Kernel>(extents, Variant.step == StepKind::none ? 0 : extents.out.channels);
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

/// Whether a kernel can multiply several images, or some panels of weights, at once.
template <class Set, auto Variant, class In>
inline constexpr bool multiplies_panels =
    kernels::MultipliesPanels<kernel_of<Variant>, Set, In>&& Variant.grouping == kernels::Grouping::mixed;

/// Pixels of a product whose time is that of reading its weights, rather.
inline constexpr std::int64_t few_pixels = 64;

/// Images whose pixels are multiplied together, so that weights are read once for them: where one has few pixels.
template <class Set, auto Variant, class In>
constexpr std::int32_t images_together(const Site& site) {
    const std::int64_t wanted = few_pixels / site.extents.out.pixels();
    if (!multiplies_panels<Set, Variant, In> || wanted < 2) return 1;
    return wanted < site.images ? static_cast<std::int32_t>(wanted) : site.images;
}

/// The accumulators of a block of output rows of consecutive images, for those output channels that `extents` says.
template <class Set, auto Variant, class In>
void multiply_block(const ConvolutionExtents& extents, WeightForm weight, const In* in, const kernels::RowBlock& block,
                    const std::byte* weights, std::int32_t* accumulators, std::byte* workspace) {
    if constexpr (multiplies_panels<Set, Variant, In>) {
        kernel_of<Variant>::template multiply_panels<Set>(extents, in, block, weights, {.sums = accumulators},
                                                          workspace);
        if constexpr (Variant.window_sums) {
            const std::int64_t sums = std::int64_t{block.rows} * extents.out.width * extents.out.channels;
            const std::int64_t pixels = std::int64_t{extents.in.height} * extents.in.width;
            for (std::int32_t image = 0; image < block.images; ++image) {
                kernels::add_window_sums<Set>(extents, in + image * pixels * extents.in.channels, block.first_row,
                                              block.rows, weight.spacing, weight.offset, accumulators + image * sums,
                                              workspace);
            }
        }
    } else {
        multiply_rows<Set, Variant>(extents, weight, in, block.first_row, block.rows, weights, accumulators, workspace);
    }
}

/// The step of a product, for the sums of one block of pixels.
template <class Set, StepKind Kind, class Out>
struct FusedStep {
    const Site& site;
    const std::byte* parameters;
    Out* out;                        ///< of the first pixel
    std::int32_t first_channel = 0;  ///< of those that are multiplied

    void all(const std::int32_t* sums, std::int64_t pixels) const {
        step<Set, Kind>(site.step, sums, pixels, site.extents.out.channels, parameters, out);
    }
    /// Takes a panel of sums: see kernels::ProductOutput.
    static void panel(const void* self, const kernels::SumPanel<std::int32_t>& sums) {
        const auto& fused = *static_cast<const FusedStep*>(self);
        step<Set, Kind>(
            fused.site.step, sums.sums, sums.pixels,
            {fused.site.extents.out.channels, fused.first_channel + sums.first_channel, sums.channels, sums.pitch},
            fused.parameters, fused.out);
    }
};

/// A block of a product and what follows. Accumulators that are not the result stay in the workspace and go through the
/// step at once, panel by panel where the kernel has such.
template <class Set, auto Variant, class In, class Out>
void product_block(const Site& site, const In* in, const kernels::RowBlock& block, const std::byte* parameters,
                   Out* out, std::byte* workspace) {
    const ConvolutionExtents& extents = site.extents;
    const std::byte* weights = parameters + site.parameters;
    if constexpr (Variant.step == StepKind::none) {
        multiply_block<Set, Variant>(extents, site.weight, in, block, weights, out, workspace);
    } else {
        auto* const sums = reinterpret_cast<std::int32_t*>(workspace);
        std::byte* const rest =
            workspace + images_together<Set, Variant, In>(site) * kept_bytes<Set, Variant, In>(extents);
        const FusedStep<Set, Variant.step, Out> fused{site, parameters + site.step_parameters, out};
        if constexpr (steps_by_panel<Set, Variant, In>()) {
            kernel_of<Variant>::template multiply_panels<Set>(
                extents, in, block, weights,
                {.sums = sums, .take = &FusedStep<Set, Variant.step, Out>::panel, .taker = &fused}, rest);
        } else {
            multiply_block<Set, Variant>(extents, site.weight, in, block, weights, sums, rest);
            fused.all(sums, std::int64_t{block.images} * block.rows * extents.out.width);
        }
    }
}

/// Whether a product can be cut by output channels: panel by panel, each with its step.
template <class Set, auto Variant, class In>
inline constexpr bool cuts_channels = multiplies_panels<Set, Variant, In>&& Variant.step != StepKind::none &&
                                      !Variant.window_sums && requires(const ConvolutionExtents& extents) {
    kernel_of<Variant>::template panel_bytes<Set>(extents);
};

/// A part of the output channels of a product of one image with few pixels.
template <class Set, auto Variant, class In, class Out>
void product_of_channels(const Site& site, const In* in, Part part, const std::byte* parameters, Out* out,
                         std::byte* workspace) {
    using Kernel = kernel_of<Variant>;
    // Two parts write no word of planes.
    const std::int32_t panel = Kernel::template panel_channels<Set>(site.extents);
    constexpr bool to_planes = kernels::planes_of<Out> != 0;
    const std::int32_t unit = to_planes && panel < kernels::bits_per_word ? kernels::bits_per_word : panel;
    const std::int32_t channels = site.extents.out.channels;
    const std::int32_t units = (channels + unit - 1) / unit;
    const std::int32_t first = units * part.index / part.count * unit;
    const std::int32_t end = units * (part.index + 1) / part.count * unit;
    if (first >= end) return;
    ConvolutionExtents extents = site.extents;
    extents.out.channels = (end < channels ? end : channels) - first;
    const FusedStep<Set, Variant.step, Out> fused{site, parameters + site.step_parameters, out, first};
    auto* const sums = reinterpret_cast<std::int32_t*>(workspace);
    Kernel::template multiply_panels<Set>(
        extents, in, {.rows = extents.out.height},
        parameters + site.parameters + first / panel * Kernel::template panel_bytes<Set>(site.extents),
        {.sums = sums, .take = &FusedStep<Set, Variant.step, Out>::panel, .taker = &fused},
        workspace + images_together<Set, Variant, In>(site) * kept_bytes<Set, Variant, In>(site.extents));
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
        using In = typename Kind::input;
        const std::size_t multiplied = detail::multiply_workspace_bytes<Set, kernel_of<Kind::variant>, In>(
            site.extents, Kind::variant.window_sums, detail::block_rows<kernel_of<Kind::variant>>(site.extents));
        return memory_size(
            detail::images_together<Set, Kind::variant, In>(site) *
            (static_cast<std::int64_t>(multiplied) + detail::kept_bytes<Set, Kind::variant, In>(site.extents)));
    }
    static constexpr bool takes_batches = true;
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        using In = typename Kind::input;
        using Out = typename Kind::output;
        const ConvolutionExtents& extents = site.extents;
        const In* const in = input<Kind>(site, frame);
        Out* const out = output<Kind>(site, frame);
        const std::int64_t in_image = stored_shape<In>(extents.in).size();
        const std::int64_t out_row = std::int64_t{extents.out.width} * pixel_elements<Out>(extents.out.channels);
        if constexpr (detail::cuts_channels<Set, Kind::variant, In>) {
            const std::int32_t panel = kernel_of<Kind::variant>::template panel_channels<Set>(extents);
            if (frame.part.count > 1 && extents.out.pixels() <= detail::few_pixels && extents.out.channels > panel) {
                return detail::product_of_channels<Set, Kind::variant>(site, in, frame.part, frame.parameters, out,
                                                                       frame.arena + site.workspace);
            }
        }
        const std::int32_t height = extents.out.height;
        const std::int32_t first_row = height * frame.part.index / frame.part.count;
        const std::int32_t end_row = height * (frame.part.index + 1) / frame.part.count;
        const std::int32_t most_rows = detail::block_rows<kernel_of<Kind::variant>>(extents);
        const std::int32_t most_images = detail::images_together<Set, Kind::variant, In>(site);
        for (std::int32_t image = 0; image < frame.images; image += most_images) {
            const std::int32_t images_left = frame.images - image;
            const std::int32_t images = images_left < most_images ? images_left : most_images;
            for (std::int32_t row = first_row; row < end_row; row += most_rows) {
                const std::int32_t rows = end_row - row < most_rows ? end_row - row : most_rows;
                detail::product_block<Set, Kind::variant>(
                    site, in + image * in_image, {.images = images, .first_row = row, .rows = rows}, frame.parameters,
                    out + (std::int64_t{image} * height + row) * out_row, frame.arena + site.workspace);
            }
        }
    }
};

// What other rooms build upon.
using detail::block_rows;
using detail::multiply_rows;
using detail::multiply_workspace_bytes;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
