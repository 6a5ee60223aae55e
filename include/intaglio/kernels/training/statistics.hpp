// Exact statistics per channel: sums and sums of squares are integers, so they merge in any order.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/training/wide.hpp"
#include "intaglio/simd/portable.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Adds, for each channel of values [pixels][channels], the sum to sum[channel] and the sum of the squares to
/// sum_of_squares[channel]. Exact for |value| < 2^31 and fewer than 2^32 pixels in one call, while sums fit 64 bits.
template <class Set>
void accumulate_statistics(Set, const std::int32_t* values, std::int64_t pixels, std::int32_t channels,
                           std::int64_t* sum, Wide128* sum_of_squares) {
    constexpr simd::WideProductSet<Set> set{};
    constexpr int lanes = int32_lanes(set);
    for (std::int32_t first = 0; first < channels; first += lanes) {
        const int count = channels - first < lanes ? channels - first : lanes;
        const std::int32_t* value = values + first;
        auto moments = zero_moments(set);
        if (count == lanes) {
            for (std::int64_t pixel = 0; pixel < pixels; ++pixel, value += channels) {
                add_to_moments(set, moments, load_int32(set, value));
            }
        } else {
            for (std::int64_t pixel = 0; pixel < pixels; ++pixel, value += channels) {
                add_to_moments(set, moments, load_first_int32(set, value, count));
            }
        }
        std::int64_t sums[lanes];
        std::uint64_t totals[lanes];
        std::uint64_t highs[lanes];
        store_moments(set, moments, sums, totals, highs);
        for (int lane = 0; lane < count; ++lane) {
            sum[first + lane] += sums[lane];
            // Total is known modulo 2^64 only; the low halves alone, less than 2^64 in sum, are what it is good for.
            sum_of_squares[first + lane].add(totals[lane] - (highs[lane] << 32));
            sum_of_squares[first + lane].add_shifted(highs[lane]);
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
