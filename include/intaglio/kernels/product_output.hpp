// Where the sums of a product go: to memory all together, or panel by panel to what makes something else of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The sums of a block of pixels for the output channels of one panel of weights.
template <class Sum>
struct SumPanel {
    const Sum* sums;             ///< [pixels][pitch], of which `channels` are sums
    std::int64_t pixels;         ///< of all rows and images of the block
    std::int32_t pitch;          ///< sums between two pixels
    std::int32_t first_channel;  ///< of all groups' channels
    std::int32_t channels;
};

/// Where a product writes. One pointer to a function for all that may follow: the code of a product exists once.
template <class Sum>
struct ProductOutput {
    /// All sums, [images][rows][width][channels]; with a `take` the memory of one panel, panel_sums of them.
    Sum* sums;
    /// If there is one, it is called with each panel as soon as that is finished, while it lies in the first cache.
    void (*take)(const void* taker, const SumPanel<Sum>& panel) = nullptr;
    const void* taker = nullptr;
};

/// Output rows of consecutive images: of one image, or all rows of several.
struct RowBlock {
    std::int32_t images = 1;
    std::int32_t first_row = 0;
    std::int32_t rows = 1;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
