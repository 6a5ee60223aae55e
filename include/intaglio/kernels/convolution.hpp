// Convolutions and dense layers of any arithmetic: the copy of the image, then the product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/kernels/depthwise.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/kernels/product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The plan for packed weights, which say how many chunks fit short sums.
template <class Arithmetic>
[[nodiscard]] ConvolutionPlan plan_of_weights(const ConvolutionExtents& extents,
                                              [[maybe_unused]] const typename Arithmetic::Weight* weights) {
    ConvolutionPlan plan = plan_for<Arithmetic>(extents);
    if constexpr (HasShortSums<Arithmetic>) plan.short_chunks = Arithmetic::chunks_of_short_sums(weights);
    return plan;
}

/// True if the product kernel may read the image itself: no padding, nothing to convert, no step beyond a segment.
template <class Stored, class Code>
[[nodiscard]] constexpr bool reads_image(const ConvolutionExtents& extents, const ConvolutionPlan& plan,
                                         int codes_per_chunk) {
    return std::is_same_v<Stored, Code> && !plan.merged && extents.padding_height == 0 && extents.padding_width == 0 &&
           plan.segment_codes % codes_per_chunk == 0 && plan.padded_width <= extents.in.width &&
           rows_under(extents, extents.out.height) <= extents.in.height;
}

/// Elements of the image copy for blocks of `rows` output rows; zero if none is needed.
template <class Arithmetic, class Code>
[[nodiscard]] constexpr std::int64_t copied_codes(const ConvolutionExtents& extents, std::int32_t rows) {
    const ConvolutionPlan plan = plan_for<Arithmetic>(extents);
    if (plan.depthwise) return depthwise_copied_codes<Arithmetic, Code>(extents, plan, rows);
    if (reads_image<typename Arithmetic::Stored, Code>(extents, plan, Arithmetic::codes_per_chunk)) return 0;
    if (plan.merged) {
        return std::int64_t{rows} * extents.out.width * plan.segment_chunks * Arithmetic::codes_per_chunk;
    }
    // The last step of a segment may read beyond its codes; the weights are zero there.
    return std::int64_t{rows_under(extents, rows)} * plan.padded_width * extents.in.channels +
           Arithmetic::codes_per_chunk - 1;
}

/// The product of a block of output rows of consecutive images, for all extents but depthwise ones; see convolve_block.
template <class Arithmetic, class Code>
void convolve_mixed(const ConvolutionExtents& extents, const ConvolutionPlan& plan, const Code* image,
                    std::int32_t images, std::int32_t first_row, std::int32_t rows,
                    const typename Arithmetic::Weight* weights, const ProductOutput<typename Arithmetic::Sum>& output,
                    typename Arithmetic::Stored* copy) {
    using Stored = typename Arithmetic::Stored;
    constexpr int per_chunk = Arithmetic::codes_per_chunk;
    const std::ptrdiff_t channels = extents.in.channels;
    const auto image_size = static_cast<std::ptrdiff_t>(extents.in.size());

    ProductGrid<Arithmetic> grid{};
    grid.images = images;
    grid.rows = rows;
    grid.width = extents.out.width;
    grid.output_pixel = output.take == nullptr ? extents.out.channels : plan.panel_channels(Arithmetic::lanes);
    grid.output_row = grid.output_pixel * extents.out.width;
    grid.output_image = grid.output_row * rows;

    const Stored* start = copy;
    std::ptrdiff_t width = plan.padded_width;
    bool direct = false;
    if constexpr (std::is_same_v<Stored, Code>) {
        direct = reads_image<Stored, Code>(extents, plan, per_chunk);
        if (direct) {
            width = extents.in.width;
            start = image + first_row * extents.stride_height * width * channels;
        }
    }
    if (plan.merged) {
        grid.input_pixel = std::ptrdiff_t{plan.segment_chunks} * per_chunk;
        grid.width *= images * rows;
        grid.rows = 1;
        grid.images = 1;
    } else {
        grid.input_pixel = extents.stride_width * channels;
        grid.input_row = extents.stride_height * width * channels;
        grid.input_image = direct ? image_size : rows_under(extents, rows) * width * channels;
        grid.segment_row = extents.dilation * width * channels;
        grid.segment_column = extents.dilation * channels;
        for (std::int32_t i = 0; i < images && !direct; ++i) {
            copy_padded(extents, plan, image + i * image_size, first_row, rows, copy + i * grid.input_image);
        }
        if (plan.flat) {
            grid.width *= images * rows;
            grid.rows = 1;
            grid.images = 1;
        } else if (grid.rows == 1 && grid.width == 1) {
            // A dense layer: the images are the pixels.
            grid.width = images;
            grid.images = 1;
            grid.input_pixel = grid.input_image;
        }
    }
    if constexpr (Arithmetic::has_constants) {
        grid.taps.rows = plan.segment_rows;  // a constant counts on the codes of the padding, too
    } else {
        grid.taps = useful_taps(extents, plan, first_row, per_chunk);
    }
    for (std::int32_t group = 0; group < extents.groups; ++group) {
        const std::int32_t first_channel = group * extents.channels_per_group();
        for (std::int32_t i = 0; i < images && plan.merged; ++i) {
            copy_windows(extents, image + i * image_size, first_channel, first_row, rows, grid.input_pixel,
                         copy + std::ptrdiff_t{i} * rows * extents.out.width * grid.input_pixel);
        }
        grid.input = plan.merged ? start : start + first_channel;
        const std::int32_t first_output = group * plan.group_outputs;
        grid.output = output.take == nullptr ? output.sums + first_output : output.sums;
        product<Arithmetic>(plan, grid, weights + group * plan.group_weights, output, first_output);
    }
}

/// The convolution of a block of output rows of consecutive images, for any arithmetic: correlates the images
/// [in.height][in.width][in.channels] with the packed weights for the output rows first_row ... first_row + rows - 1.
/// `sums` is [images][rows][out.width][out.channels] and is overwritten, nothing beyond it. `copy` holds copied_codes
/// for each image. A caller that knows grouping_of(extents) while compiling may give it as G.
template <class Arithmetic, Grouping G = Grouping::any, class Code>
void convolve_block(const ConvolutionExtents& extents, const Code* image, std::int32_t images, std::int32_t first_row,
                    std::int32_t rows, const typename Arithmetic::Weight* weights, typename Arithmetic::Sum* sums,
                    typename Arithmetic::Stored* copy) {
    const ConvolutionPlan plan = plan_of_weights<Arithmetic>(extents, weights);
    if (G == Grouping::depthwise || plan.depthwise) {
        if constexpr (G != Grouping::mixed) {
            const std::int64_t output_image = std::int64_t{rows} * extents.out.width * extents.out.channels;
            for (std::int32_t i = 0; i < images; ++i) {
                convolve_depthwise<Arithmetic>(extents, plan, image + i * extents.in.size(), first_row, rows, weights,
                                               sums + i * output_image, copy);
            }
        }
    } else if constexpr (G != Grouping::depthwise) {
        convolve_mixed<Arithmetic>(extents, plan, image, images, first_row, rows, weights, {sums}, copy);
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
