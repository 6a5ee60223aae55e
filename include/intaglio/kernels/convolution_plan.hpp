// How the product kernel walks through one convolution: what the copy of the image and the packed weights look like.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/memory_size.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Rounds up to whole units.
[[nodiscard]] constexpr std::int64_t round_up(std::int64_t value, std::int64_t unit) {
    return (value + unit - 1) / unit * unit;
}

/// Vectors of output channels of one panel of weights.
inline constexpr std::int32_t panel_vectors = 2;

/// The reduction of one output pixel runs over segments: runs of codes that are contiguous in the padded image. Each
/// segment is rounded up to whole chunks of the dot product; the packed weights are zero there.
///
/// Packed weights: [group][block of two vectors of output channels][segment][chunk][vector][lane][code of the chunk];
/// the last block of a group may be one vector wide. Where the arithmetic has constants, a block ends with one chunk
/// more: [vector][lane], the number of each output channel.
struct ConvolutionPlan {
    bool merged = false;            ///< the image copy holds the whole window of each output pixel (im2col)
    bool depthwise = false;         ///< each lane reads the codes of its own channels; one group; see depthwise.hpp
    bool flat = false;              ///< single pixels without padding: all rows are one row
    std::int32_t segment_rows = 1;  ///< segments: rows x columns of the window
    std::int32_t segment_columns = 1;
    std::int32_t segment_codes = 1;
    std::int32_t segment_chunks = 1;
    std::int32_t groups = 1;
    std::int32_t group_outputs = 1;  ///< output channels of one group
    std::int32_t group_vectors = 1;  ///< vectors of output channels of one group
    std::int32_t padded_width = 1;   ///< pixels of one row of the padded image
    std::int64_t packed_chunks = 0;  ///< of one vector: those of the reduction, and of the constants
    std::int64_t group_weights = 0;  ///< packed weights of one group
    std::int32_t short_chunks = 0;   ///< chunks that fit short sums, of an arithmetic that has some

    /// Chunks of the whole reduction.
    [[nodiscard]] constexpr std::int64_t chunks() const {
        return std::int64_t{segment_rows} * segment_columns * segment_chunks;
    }
    /// Output channels of a panel of weights, in whole vectors of so many lanes.
    [[nodiscard]] constexpr std::int32_t panel_channels(int lanes) const {
        return (group_vectors < panel_vectors ? group_vectors : panel_vectors) * lanes;
    }
};

/// Rows of the padded image under a block of output rows.
[[nodiscard]] constexpr std::int32_t rows_under(const ConvolutionExtents& extents, std::int32_t output_rows) {
    return (output_rows - 1) * extents.stride_height + extents.dilation * (extents.kernel_height - 1) + 1;
}

/// True if each output channel sees one input channel of its own.
[[nodiscard]] constexpr bool is_depthwise(const ConvolutionExtents& extents) {
    return extents.groups > 1 && extents.groups == extents.in.channels && extents.groups == extents.out.channels;
}

/// What the caller knows of all extents that it passes: then code for the other kind is not compiled.
enum class Grouping : std::uint8_t { any, mixed, depthwise };

/// Of groups with several channels the lanes decide.
[[nodiscard]] constexpr Grouping grouping_of(const ConvolutionExtents& extents) {
    return is_depthwise(extents) ? Grouping::depthwise : extents.groups > 1 ? Grouping::any : Grouping::mixed;
}

/// True if lanes read codes of their own: a group has so few output channels that lanes of one code would stay empty,
/// and codes, which are copied for each lane, serve several taps.
[[nodiscard]] constexpr bool has_lanes_of_groups(const ConvolutionExtents& extents, int lanes, int codes_per_chunk) {
    if (is_depthwise(extents)) return true;
    const std::int32_t outputs = extents.out.channels / extents.groups;
    const bool one_tap = extents.kernel_height == 1 && extents.kernel_width == 1;
    return codes_per_chunk > 1 && extents.groups > 1 && outputs < lanes && !one_tap;
}

/// The plan for vectors of so many lanes and so many codes per lane and chunk, for weights with constants or without.
[[nodiscard]] [[gnu::noinline]] constexpr ConvolutionPlan plan_convolution(const ConvolutionExtents& extents, int lanes,
                                                                           int codes_per_chunk, bool has_constants) {
    ConvolutionPlan plan;
    plan.depthwise = has_lanes_of_groups(extents, lanes, codes_per_chunk);
    // One channel of a lane: the chunks follow the row of the window.
    const bool contiguous_rows =
        plan.depthwise ? extents.channels_per_group() == 1 : extents.dilation == 1 && extents.groups == 1;
    plan.groups = plan.depthwise ? 1 : extents.groups;
    plan.segment_rows = extents.kernel_height;
    plan.segment_columns = contiguous_rows ? 1 : extents.kernel_width;
    plan.segment_codes = extents.channels_per_group() * (contiguous_rows ? extents.kernel_width : 1);
    plan.segment_chunks = static_cast<std::int32_t>(round_up(plan.segment_codes, codes_per_chunk) / codes_per_chunk);

    const std::int64_t merged_chunks = round_up(extents.fan_in(), codes_per_chunk) / codes_per_chunk;
    // Rows of fewer than four pixels do not fill a register tile; very short segments waste most of a chunk.
    plan.flat = !plan.depthwise && extents.kernel_height == 1 && extents.kernel_width == 1 &&
                extents.stride_height == 1 && extents.stride_width == 1 && !extents.has_padding();
    const bool narrow = !plan.flat && extents.out.width < 4 && extents.out.pixels() >= 4;
    plan.merged = !plan.depthwise && (narrow || plan.chunks() > 2 * merged_chunks);
    if (plan.merged) {
        plan.segment_rows = 1;
        plan.segment_columns = 1;
        plan.segment_codes = static_cast<std::int32_t>(extents.fan_in());
        plan.segment_chunks = static_cast<std::int32_t>(merged_chunks);
    }
    plan.group_outputs = extents.out.channels / plan.groups;
    plan.group_vectors = static_cast<std::int32_t>(round_up(plan.group_outputs, lanes) / lanes);
    plan.padded_width =
        (extents.out.width - 1) * extents.stride_width + extents.dilation * (extents.kernel_width - 1) + 1;
    plan.packed_chunks = plan.chunks() + (has_constants ? 1 : 0);
    plan.group_weights = plan.packed_chunks * plan.group_vectors * lanes * codes_per_chunk;
    return plan;
}

/// The plan for an arithmetic.
template <class Arithmetic>
[[nodiscard]] constexpr ConvolutionPlan plan_for(const ConvolutionExtents& extents) {
    return plan_convolution(extents, Arithmetic::lanes, Arithmetic::codes_per_chunk, Arithmetic::has_constants);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
