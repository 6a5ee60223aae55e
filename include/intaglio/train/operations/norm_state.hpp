// What a norm in training keeps: the statistics of its channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/kernels/training/statistics.hpp"
#include "intaglio/model/norms.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/operations/norm_gradient.hpp"
#include "intaglio/train/program/context.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Statistics of one norm. Means and variances are those of the real number in front of the norm.
template <class Statistics>
struct NormState {
    [[gnu::cold]] NormState(Per what, std::int64_t channel_count)
        : measures(what != Per::nothing),
          shared(what == Per::layer),
          channels(static_cast<std::size_t>(channel_count)),
          sets(shared ? 1 : static_cast<std::size_t>(channel_count)),
          group_statistics(channels * sample_groups),
          group_sum(channels * sample_groups),
          group_squares(channels * sample_groups),
          channel_statistics(channels),
          group_gradients(channels * sample_groups),
          gradient_sums(channels),
          coefficients(channels),
          gain_gradient(channels),
          bias_gradient(channels),
          scale(channels),
          constant(channels),
          slope(channels),
          mean(sets),
          deviation(sets, 1.0),
          running_mean(sets),
          running_variance(sets, 1.0),
          reestimated(channels),
          norm(channels) {}

    void add_persistent(std::vector<NamedNumbers>& list, const std::string& place) {
        if (!measures) return;
        list.push_back({joined({place, " mean"}), std::span<double>(running_mean)});
        list.push_back({joined({place, " variance"}), std::span<double>(running_variance)});
    }

    [[nodiscard]] RunningStatistics running_statistics() { return {running_mean, running_variance, measures, shared}; }

    bool measures;
    bool shared;
    std::size_t channels;
    std::size_t sets;  ///< number of (mean, deviation) pairs
    std::vector<Statistics> group_statistics;
    std::vector<std::int64_t> group_sum;
    std::vector<kernels::Wide128> group_squares;
    std::vector<Statistics> channel_statistics;  ///< of the batch
    std::vector<GradientSums> group_gradients;
    std::vector<GradientSums> gradient_sums;
    std::vector<NormGradient> coefficients;
    std::vector<double> gain_gradient;
    std::vector<double> bias_gradient;
    std::vector<Gradient> scale;
    std::vector<Gradient> constant;
    std::vector<Gradient> slope;
    std::vector<double> mean;  ///< of the pass that is running
    std::vector<double> deviation;
    std::vector<double> running_mean;
    std::vector<double> running_variance;
    std::vector<Statistics> reestimated;  ///< per channel
    std::vector<NormChannel> norm;
};

namespace detail {

/// Statistics of one block of [pixels][channels], one entry per channel; sum and squares are working memory.
template <class Integer>
void measure_block(const Integer* values, std::int64_t pixels, std::int64_t channels, std::int64_t* sum,
                   kernels::Wide128* squares, IntegerStatistics* result) {
    for (std::int64_t c = 0; c < channels; ++c) {
        sum[c] = 0;
        squares[c] = {};
        result[c] = {.count = pixels};
    }
    if constexpr (std::is_same_v<Integer, std::int32_t>) {
        kernels::accumulate_statistics(simd::Native{}, values, pixels, static_cast<std::int32_t>(channels), sum,
                                       squares);
    } else {
        static_assert(sizeof(Integer) <= 2);  // the squares of fewer than 2^32 pixels fit 64 bits
        for (std::int64_t i = 0; i < pixels; ++i) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const std::int64_t value = values[i * channels + c];
                sum[c] += value;
                squares[c].low += static_cast<std::uint64_t>(value * value);
            }
        }
    }
    for (std::int64_t c = 0; c < channels; ++c) {
        result[c].sum = sum[c];
        result[c].squares = squares[c];
    }
}
/// The same of real numbers: the average first, then the distances to it.
inline void measure_block(const float* values, std::int64_t pixels, std::int64_t channels, std::int64_t*,
                          kernels::Wide128*, FloatStatistics* result) {
    for (std::int64_t c = 0; c < channels; ++c) result[c] = {.count = pixels};
    if (pixels == 0) return;
    for (std::int64_t i = 0; i < pixels; ++i) {
        for (std::int64_t c = 0; c < channels; ++c) result[c].average += static_cast<double>(values[i * channels + c]);
    }
    for (std::int64_t c = 0; c < channels; ++c) result[c].average /= static_cast<double>(pixels);
    for (std::int64_t i = 0; i < pixels; ++i) {
        for (std::int64_t c = 0; c < channels; ++c) {
            const double distance = static_cast<double>(values[i * channels + c]) - result[c].average;
            result[c].squares += distance * distance;
        }
    }
}

/// Mean and variance over all channels, each with a scale of its own.
struct Moments {
    double mean = 0;
    double variance = 0;
};
template <class Statistics>
Moments moments(const Statistics* channels, std::size_t count, const double* scales, double step) {
    if (scales == nullptr) {
        Statistics total;
        for (std::size_t c = 0; c < count; ++c) total.merge(channels[c]);
        return {total.mean() * step, total.variance() * step * step};
    }
    FloatStatistics total;
    for (std::size_t c = 0; c < count; ++c) {
        const double own = scales[c] * step;
        const auto n = static_cast<double>(channels[c].count);
        total.merge({channels[c].count, channels[c].mean() * own, channels[c].variance() * own * own * n});
    }
    return {total.mean(), total.variance()};
}

}  // namespace detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
