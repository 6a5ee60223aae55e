// The taps of a convolution that lie on the image. The others multiply codes of the padding; where these are 0,
// products leave out what tiles of pixels have in common.
#pragma once

#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/kernels/padded_image.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// A range of rows of the window.
struct TapRows {
    std::int32_t begin;
    std::int32_t end;
};

/// Which taps count for the output pixels of a block of rows. As they are made, all of them.
struct UsefulTaps {
    std::int32_t rows = 1;  ///< of the window
    std::int32_t inner_begin = 0;
    std::int32_t inner_end = INT32_MAX;  ///< output rows of the block all of whose taps count
    std::int32_t top = 0;                ///< row of the image under the first row of the first window
    std::int32_t stride = 1;
    std::int32_t dilation = 1;
    std::int32_t height = 1;  ///< of the image
    // Chunks of a segment that lie on the padding for the first pixel of a row, and for its last one.
    std::int32_t first_chunks = 0;
    std::int32_t last_chunks = 0;

    /// The rows of the window of an output row that lie on the image; none if it sees padding alone.
    [[nodiscard]] constexpr TapRows of_row(std::int32_t y) const {
        if (y >= inner_begin && y < inner_end) return {0, rows};
        const std::int32_t first = top + y * stride;
        const std::int32_t begin = first < 0 ? (dilation - 1 - first) / dilation : 0;
        const std::int32_t end = first < height ? (height - 1 - first) / dilation + 1 : 0;
        return {begin < rows ? begin : rows, end < rows ? end : rows};
    }
};

/// True if all codes of the padding are 0.
[[nodiscard]] constexpr bool is_zero_padding(const ConvolutionExtents& extents) {
    if (extents.padding_codes.count == 0) return extents.padding_code == 0;
    for (std::int32_t c = 0; c < extents.padding_codes.count; ++c) {
        if (extents.padding_code_of(c) != 0) return false;
    }
    return true;
}

/// The useful taps of a block of output rows whose images are copied with their padding, or have none.
[[nodiscard]] constexpr UsefulTaps useful_taps(const ConvolutionExtents& extents, const ConvolutionPlan& plan,
                                               std::int32_t first_row, int codes_per_chunk) {
    UsefulTaps taps{.rows = plan.segment_rows};
    if (plan.merged || !extents.has_padding() || !is_zero_padding(extents)) return taps;
    taps.stride = extents.stride_height;
    taps.dilation = extents.dilation;
    taps.height = extents.in.height;
    taps.top = first_row * taps.stride - extents.padding_height;
    const ColumnRange from_top = columns_inside(taps.top, taps.stride, taps.height, extents.out.height);
    const ColumnRange to_bottom =
        columns_inside(taps.top + taps.dilation * (taps.rows - 1), taps.stride, taps.height, extents.out.height);
    taps.inner_begin = from_top.begin;
    taps.inner_end = to_bottom.end;
    // Taps side by side are chunks of one segment.
    if (extents.groups > 1 || plan.segment_columns > 1 || extents.in.channels % codes_per_chunk != 0) return taps;
    const std::int32_t tap_chunks = extents.in.channels / codes_per_chunk;
    const std::int32_t columns = extents.kernel_width;
    const std::int32_t first = extents.padding_width < columns ? extents.padding_width : columns;
    const std::int32_t right = extents.padding_right();
    const std::int32_t last = right < columns - first ? right : columns - first;
    taps.first_chunks = first * tap_chunks;
    taps.last_chunks = last * tap_chunks;
    return taps;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
