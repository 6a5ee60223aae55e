// What a product takes: the work of a kernel on one image, in the units of a cost profile.
#pragma once

#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/simd/cost_profile.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

using simd::CostProfile;

/// The unit of costs: femtoseconds for one image on the machine of the profile. Costs of kernels on one target are
/// compared, nothing else.
using ProductCost = std::int64_t;

/// So many times `each`; the largest number where that does not fit.
[[nodiscard]] constexpr ProductCost cost_of(std::int64_t count, std::int64_t each) {
    constexpr ProductCost most = INT64_MAX / 16;
    return each > 0 && count > most / each ? most : count * each;
}

/// Products that a kernel computes for one image whose vectors hold `lanes` output channels (of a depthwise
/// convolution, channels), and whose steps take `chunk` codes: with those that fill up vectors and steps.
[[nodiscard]] constexpr std::int64_t computed_products(const ConvolutionExtents& extents, int lanes, int chunk) {
    if (is_depthwise(extents)) {
        return extents.out.pixels() * round_up(extents.out.channels, lanes) * extents.kernel_height *
               round_up(extents.kernel_width, chunk);
    }
    return extents.out.pixels() * extents.groups * round_up(extents.out.channels / extents.groups, lanes) *
           round_up(extents.fan_in(), chunk);
}

/// Reading so many bytes of packed weights, for each of `batch` images.
[[nodiscard]] constexpr ProductCost reading_cost(const CostProfile& profile, std::int64_t bytes, std::int32_t batch) {
    return cost_of(bytes, bytes > profile.near_bytes ? profile.far_weight_byte : profile.near_weight_byte) / batch;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
