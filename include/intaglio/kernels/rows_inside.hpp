// Blocks of output rows, and the rows of the image under them as an image of their own.
#pragma once

#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Rows of the image under a block of output rows, without the padding.
struct RowsInside {
    std::int32_t begin;
    std::int32_t end;
    std::int32_t padding;  ///< rows above them
};
[[nodiscard]] constexpr RowsInside rows_inside(const ConvolutionExtents& extents, std::int32_t first_row,
                                               std::int32_t rows) {
    const std::int32_t top = first_row * extents.stride_height - extents.padding_height;
    const std::int32_t bottom = top + rows_under(extents, rows);
    const std::int32_t begin = top < 0 ? 0 : top;
    const std::int32_t end = bottom < extents.in.height ? bottom : extents.in.height;
    return {begin, end < begin ? begin : end, begin - top};
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
