// Training of norms that measure every sample by itself: the same in training and evaluation, no running statistics.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/sample_norms.hpp"
#include "intaglio/train/operations/norm_state.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Mean and deviation of every group of every sample of a batch.
struct SampleNormState {
    [[gnu::cold]] SampleNormState(const Site& site, std::int64_t samples, std::int64_t group_count)
        : groups(group_count),
          mean(static_cast<std::size_t>(samples * group_count)),
          inverse_deviation(mean.size()),
          parameter_sums(static_cast<std::size_t>(2 * site.row->biases)) {}

    std::int64_t groups;  ///< of channels
    std::vector<double> mean;
    std::vector<double> inverse_deviation;
    /// Gradients of the biases, then of the gains of every channel or element, also where they share one gain.
    std::vector<double> parameter_sums;
};

namespace detail {

/// Some neighbouring channels of all pixels of one sample, read as real numbers.
template <class Number>
struct SampleGroup {
    const Number* values;  ///< of the sample: [pixels][channels]
    std::int64_t pixels;
    std::int64_t channels;
    std::int64_t begin;  ///< the first channel
    std::int64_t end;
    double step;           ///< a number is step * value, times the scale of its channel where there is one
    const double* scales;  ///< per channel, or null

    [[nodiscard]] double operator()(std::int64_t element) const {
        const double number = step * static_cast<double>(values[element]);
        return scales == nullptr ? number : number * scales[element % channels];
    }
    /// Calls f(element) for all of them in order.
    template <class F>
    void each(const F& f) const {
        for (std::int64_t first = 0; first < pixels * channels; first += channels) {
            for (std::int64_t element = first + begin; element < first + end; ++element) f(element);
        }
    }
};

/// Mean and biased variance; of integers with one scale from exact sums.
template <class Number>
Moments moments(const SampleGroup<Number>& group) {
    if constexpr (std::is_integral_v<Number>) {
        if (group.scales == nullptr) {
            IntegerStatistics all{.count = group.pixels * (group.end - group.begin)};
            group.each([&](std::int64_t i) {
                const std::int64_t value = group.values[i];
                all.sum += value;
                all.squares.add(static_cast<std::uint64_t>(value * value));
            });
            return {all.mean() * group.step, all.variance() * group.step * group.step};
        }
    }
    const auto count = static_cast<double>(group.pixels * (group.end - group.begin));
    Moments result;
    group.each([&](std::int64_t i) { result.mean += group(i); });
    result.mean /= count;
    group.each([&](std::int64_t i) { result.variance += (group(i) - result.mean) * (group(i) - result.mean); });
    result.variance /= count;
    return result;
}

}  // namespace detail

template <class Normalization, bool OneGain>
struct Operation<primitive::SampleNorm<Normalization, OneGain>> : Stateless {
    template <class Kind>
    struct State : SampleNormState {
        State(const Site& site, std::int64_t capacity)
            : SampleNormState(site, capacity, primitive::SampleNorm<Normalization, OneGain>::groups(site.channels())) {}
    };

    template <class Kind>
    static void forward(State<Kind>& state, const Site& site, Context& context) {
        const Row& row = *site.row;
        const std::int64_t size = site.input.size();
        const float* gain = context.parameters + site.parameters;
        const float* bias = gain + row.gains;
        float* out = result<float>(context, site);
        each_group<Kind>(state, site, context, [&](std::int64_t sample, std::size_t at, const auto& group) {
            const detail::Moments moments = detail::moments(group);
            const double inverse = 1.0 / std::sqrt(moments.variance + row.epsilon);
            state.mean[at] = moments.mean;
            state.inverse_deviation[at] = inverse;
            group.each([&](std::int64_t i) {
                const std::int64_t p = parameter(row.biases, i);
                const auto own_gain = static_cast<double>(gain[OneGain ? 0 : p]);
                const double normalized = (group(i) - moments.mean) * inverse;
                out[sample * size + i] = static_cast<float>(own_gain * normalized + static_cast<double>(bias[p]));
            });
        });
    }

    /// da = (delta - mean(delta) - xh * mean(delta * xh)) / deviation with delta = gain * dy, xh = (a - mean) /
    /// deviation and the means of one group of one sample (papers' digest 2.3).
    template <class Kind>
    static void backward(State<Kind>& state, const Site& site, Context& context) {
        const Row& row = *site.row;
        const Value& in = *site.input.value;
        const std::int64_t size = in.shape.size();
        const float* gain = context.parameters + site.parameters;
        const Gradient* dy = gradient(context, site.output);
        parameter_gradients<Kind>(state, dy, site, context);
        if (in.needs_gradient) {
            const bool first = site.input.overwrites;
            Gradient* da = gradient(context, site.input);
            each_group<Kind>(state, site, context, [&](std::int64_t sample, std::size_t at, const auto& group) {
                const auto delta = [&](std::int64_t i) {
                    return static_cast<double>(gain[OneGain ? 0 : parameter(row.biases, i)]) *
                           static_cast<double>(dy[sample * size + i]);
                };
                const auto normalized = [&](std::int64_t i) {
                    return (group(i) - state.mean[at]) * state.inverse_deviation[at];
                };
                double mean = 0;
                double slope = 0;
                group.each([&](std::int64_t i) {
                    mean += delta(i);
                    slope += delta(i) * normalized(i);
                });
                const auto count = static_cast<double>(size / state.groups);
                mean /= count;
                slope /= count;
                group.each([&](std::int64_t i) {
                    Gradient& target = da[sample * size + i];
                    const double d = (delta(i) - mean - normalized(i) * slope) * state.inverse_deviation[at];
                    target = first ? static_cast<Gradient>(d) : target + static_cast<Gradient>(d);
                });
            });
        }
    }

  private:
    /// The gain and the bias of an element of a sample.
    static constexpr std::int64_t parameter(std::int64_t parameters, std::int64_t element) {
        return Normalization::affine == Per::element ? element : element % parameters;
    }

    template <class Kind>
    static auto sample_group(const SampleNormState& state, const Site& site, const Context& context,
                             std::int64_t sample, std::int64_t group) {
        const Value& in = *site.input.value;
        const std::int64_t width = in.shape.channels / state.groups;
        const auto* values = codes<typename Kind::input>(context, site.input) + sample * in.shape.size();
        return detail::SampleGroup<typename Kind::input>{values,
                                                         in.shape.pixels(),
                                                         in.shape.channels,
                                                         group * width,
                                                         (group + 1) * width,
                                                         1.0 / static_cast<double>(in.denominator),
                                                         meaning(context, site.input).scales};
    }

    /// Calls f(sample, index of the statistics, group) for all groups of all samples.
    template <class Kind, class F>
    static void each_group(const SampleNormState& state, const Site& site, const Context& context, const F& f) {
        const std::int64_t count = state.groups;
        context.for_images([&](std::int64_t sample, int) {
            for (std::int64_t g = 0; g < count; ++g) {
                f(sample, static_cast<std::size_t>(sample * count + g),
                  sample_group<Kind>(state, site, context, sample, g));
            }
        });
    }

    template <class Kind>
    static void parameter_gradients(SampleNormState& state, const Gradient* dy, const Site& site, Context& context) {
        const std::int64_t columns = site.row->biases;
        double* const sums = state.parameter_sums.data();
        std::fill_n(sums, 2 * columns, 0.0);
        context.ranks.in_turn(sums, 2 * columns, [&] { add_parameter_sums<Kind>(state, dy, site, context); });
        Gradient* gain_gradient = context.gradients + site.parameters;
        Gradient* bias_gradient = gain_gradient + site.row->gains;
        double all_gains = 0;
        for (std::int64_t p = 0; p < columns; ++p) {
            bias_gradient[p] = static_cast<Gradient>(sums[p]);
            if constexpr (!OneGain) gain_gradient[p] = static_cast<Gradient>(sums[columns + p]);
            all_gains += sums[columns + p];
        }
        if constexpr (OneGain) gain_gradient[0] = static_cast<Gradient>(all_gains);
    }

    /// Adds the images of this rank. The parameters are shared out between the threads, each with all samples in order:
    /// the sums do not depend on the number of threads.
    template <class Kind>
    static void add_parameter_sums(SampleNormState& state, const Gradient* dy, const Site& site,
                                   const Context& context) {
        const Shape shape = site.input.shape();
        const std::int64_t columns = site.row->biases;
        const std::int64_t width = shape.channels / state.groups;
        double* const biases = state.parameter_sums.data();
        double* const gains = biases + columns;
        constexpr std::int64_t block = 16;
        context.pool->run((columns + block - 1) / block, [&](std::int64_t task, int) {
            const std::int64_t begin = task * block;
            const std::int64_t end = begin + block < columns ? begin + block : columns;
            double sum[block];
            double sum_normalized[block];
            std::copy(biases + begin, biases + end, sum);
            std::copy(gains + begin, gains + end, sum_normalized);
            for (std::int64_t sample = 0; sample < context.images; ++sample) {
                const auto whole = sample_group<Kind>(state, site, context, sample, 0);
                for (std::int64_t first = 0; first < shape.size(); first += columns) {
                    for (std::int64_t p = begin; p < end; ++p) {
                        const std::int64_t i = first + p;
                        const auto at = static_cast<std::size_t>(sample * state.groups + i % shape.channels / width);
                        const auto d = static_cast<double>(dy[sample * shape.size() + i]);
                        sum[p - begin] += d;
                        sum_normalized[p - begin] += d * (whole(i) - state.mean[at]) * state.inverse_deviation[at];
                    }
                }
            }
            std::copy(sum, sum + (end - begin), biases + begin);
            std::copy(sum_normalized, sum_normalized + (end - begin), gains + begin);
        });
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
