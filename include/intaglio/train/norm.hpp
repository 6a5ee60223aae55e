// Training of norms: exact integer statistics forward, their gradient backward.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/kernels/statistics.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/certificate.hpp"
#include "intaglio/train/context.hpp"
#include "intaglio/train/norm_gradient.hpp"

namespace intaglio::train {

/// Statistics of one norm. Means and variances are those of the real number in front of the norm.
struct NormState {
    [[gnu::cold]] NormState(bool shared_statistics, std::int64_t channel_count)
        : shared(shared_statistics),
          channels(static_cast<std::size_t>(channel_count)),
          sets(shared_statistics ? 1 : static_cast<std::size_t>(channel_count)),
          group_statistics(channels * sample_groups),
          group_sum(channels * sample_groups),
          group_squares(channels * sample_groups),
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
          reestimated(sets),
          norm(channels) {}

    void add_persistent(std::vector<NamedNumbers>& list, const std::string& place) {
        list.push_back({place + " mean", std::span<double>(running_mean)});
        list.push_back({place + " variance", std::span<double>(running_variance)});
    }

    bool shared;
    std::size_t channels;
    std::size_t sets;  ///< number of (mean, deviation) pairs
    std::vector<IntegerStatistics> group_statistics;
    std::vector<std::int64_t> group_sum;
    std::vector<kernels::Wide128> group_squares;
    std::vector<GradientSums> group_gradients;
    std::vector<GradientSums> gradient_sums;
    std::vector<NormGradient> coefficients;
    std::vector<double> gain_gradient;
    std::vector<double> bias_gradient;
    std::vector<float> scale;
    std::vector<float> constant;
    std::vector<float> slope;
    std::vector<double> mean;  ///< of the pass that is running
    std::vector<double> deviation;
    std::vector<double> running_mean;
    std::vector<double> running_variance;
    std::vector<IntegerStatistics> reestimated;
    std::vector<NormChannel> norm;
};

namespace detail {

/// Sums of one block of [pixels][channels], one entry per channel, each starting at zero.
template <class Integer>
void integer_sums(const Integer* values, std::int64_t pixels, std::int64_t channels, std::int64_t* sum,
                  kernels::Wide128* squares, IntegerStatistics* result) {
    for (std::int64_t c = 0; c < channels; ++c) {
        sum[c] = 0;
        squares[c] = {};
        result[c] = {.count = pixels};
    }
    if constexpr (std::is_same_v<Integer, std::int32_t>) {
        kernels::accumulate_statistics(simd::Native{}, values, pixels, static_cast<std::int32_t>(channels), sum,
                                       squares);
        for (std::int64_t c = 0; c < channels; ++c) {
            result[c].sum = sum[c];
            result[c].squares = (static_cast<unsigned __int128>(squares[c].high) << 64) | squares[c].low;
        }
    } else {
        for (std::int64_t i = 0; i < pixels; ++i) {
            for (std::int64_t c = 0; c < channels; ++c) {
                const std::int64_t value = values[i * channels + c];
                result[c].sum += value;
                result[c].squares += static_cast<std::uint64_t>(value * value);
            }
        }
    }
}

}  // namespace detail

template <class Normalization, bool OneGain>
struct Operation<primitive::Norm<Normalization, OneGain>> {
    template <class Net, std::size_t Index>
    struct State : NormState {
        explicit State(std::int64_t /*capacity*/)
            : NormState(NormSharing<Normalization>::shared,
                        facts<Net>.value(facts<Net>.rows[Index].output).shape.channels) {}
    };

    template <class Net, std::size_t Index>
    static std::int64_t workspace_bytes(std::int64_t) {
        return aligned(2 * 4 * facts<Net>.value(facts<Net>.rows[Index].output).shape.channels);
    }

    template <class Net, std::size_t Index>
    static void forward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& in = facts<Net>.value(row.input);
        if (context.statistics == Statistics::running) {
            use_running(state);
        } else {
            measure(state, codes<Net, row.input>(context), in, context);
        }
        const float* gain = context.parameters + plan<Net>.parameters[Index];
        const float* bias = gain + row.gains;
        for (std::size_t c = 0; c < state.channels; ++c) {
            const std::size_t s = state.shared ? 0 : c;
            state.norm[c] = {static_cast<double>(gain[OneGain ? 0 : c]), static_cast<double>(bias[c]), state.mean[s],
                             state.deviation[s]};
        }
        context.norms[Index] = state.norm.data();
    }

    template <class Net, std::size_t Index>
    static void backward(State<Net, Index>& state, Context& context) {
        constexpr const Row& row = facts<Net>.rows[Index];
        constexpr const Value& in = facts<Net>.value(row.input);
        const auto* a = codes<Net, row.input>(context);
        const float* dy = gradient<Net, row.output>(context);
        sum_gradients(state, in.shape, a, dy, context);
        float* gain_gradient = context.gradients + plan<Net>.parameters[Index];
        combine(state, in.shape.pixels() * context.images, in.denominator,
                context.parameters + plan<Net>.parameters[Index], gain_gradient, gain_gradient + row.gains);
        if constexpr (in.needs_gradient) {
            constexpr bool first = writes_gradient_first(facts<Net>, static_cast<std::int32_t>(Index), row.input);
            apply(state, in.shape, a, dy, !first, gradient<Net, row.input>(context), context);
        }
    }

    template <class Tag, class Net, std::size_t Index>
    static void lower(const State<Net, Index>&, std::byte*) {}
    template <class Tag, class Net, std::size_t Index>
    static void certify(const State<Net, Index>&, const std::byte*, const std::string&, Certificate&) {}

  private:
    static void use_running(NormState& state) {
        for (std::size_t s = 0; s < state.sets; ++s) {
            state.mean[s] = state.running_mean[s];
            state.deviation[s] = std::sqrt(state.running_variance[s] + norm_epsilon);
        }
    }

    template <class Integer>
    static void measure(NormState& state, const Integer* values, const Value& in, Context& context) {
        const std::int64_t channels = in.shape.channels;
        context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t group, int) {
            const std::size_t at = static_cast<std::size_t>(group) * state.channels;
            detail::integer_sums(values + begin * in.shape.size(), count * in.shape.pixels(), channels,
                                 state.group_sum.data() + at, state.group_squares.data() + at,
                                 state.group_statistics.data() + at);
        });
        for (std::size_t s = 0; s < state.sets; ++s) {
            IntegerStatistics total;
            for (std::size_t c = 0; c < state.channels; ++c) {
                if (!state.shared && c != s) continue;
                for (std::size_t g = 0; g < sample_groups; ++g) {
                    total.merge(state.group_statistics[g * state.channels + c]);
                }
            }
            const double step = 1.0 / static_cast<double>(in.denominator);
            const double mean = total.mean() * step;
            const double variance = total.variance() * step * step;
            state.mean[s] = mean;
            state.deviation[s] = std::sqrt(variance + norm_epsilon);
            if (context.statistics == Statistics::reestimation) {
                if (context.restart_statistics) state.reestimated[s] = {};
                state.reestimated[s].merge(total);
                state.running_mean[s] = state.reestimated[s].mean() * step;
                state.running_variance[s] = state.reestimated[s].variance() * step * step;
            } else {
                state.running_mean[s] += context.momentum * (mean - state.running_mean[s]);
                state.running_variance[s] += context.momentum * (variance - state.running_variance[s]);
            }
        }
    }

    template <class Integer>
    static void sum_gradients(NormState& state, Shape shape, const Integer* a, const float* dy,
                              const Context& context) {
        context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t group, int worker) {
            GradientSums* sums = state.group_gradients.data() + static_cast<std::size_t>(group) * state.channels;
            for (std::size_t c = 0; c < state.channels; ++c) sums[c] = {};
            auto* rows = reinterpret_cast<float*>(context.worker_memory(worker));
            add_gradient_sums(dy + begin * shape.size(), a + begin * shape.size(), count * shape.pixels(),
                              shape.channels, rows, rows + shape.channels, sums);
        });
    }

    template <class Integer>
    static void apply(const NormState& state, Shape shape, const Integer* a, const float* dy, bool add, float* da,
                      const Context& context) {
        context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t, int) {
            apply_norm_gradient(dy + begin * shape.size(), a + begin * shape.size(), count * shape.pixels(),
                                shape.channels, state.scale.data(), state.constant.data(), state.slope.data(), add,
                                da + begin * shape.size());
        });
    }

    static void combine(NormState& state, std::int64_t count, std::int64_t denominator, const float* gain,
                        float* gain_gradient, float* bias_gradient) {
        for (std::size_t c = 0; c < state.channels; ++c) {
            const auto at = [&](std::size_t g) -> const GradientSums& {
                return state.group_gradients[g * state.channels + c];
            };
            state.gradient_sums[c].dy = tree_sum([&](std::size_t g) { return at(g).dy; });
            state.gradient_sums[c].dy_a = tree_sum([&](std::size_t g) { return at(g).dy_a; });
        }
        norm_gradients(state.shared, static_cast<std::int64_t>(state.channels), count, denominator,
                       state.gradient_sums.data(), state.mean.data(), state.deviation.data(), gain, OneGain,
                       state.gain_gradient.data(), state.bias_gradient.data(), state.coefficients.data());
        double one_gain = 0;
        for (std::size_t c = 0; c < state.channels; ++c) {
            if (OneGain) {
                one_gain += state.gain_gradient[c];
            } else {
                gain_gradient[c] = static_cast<float>(state.gain_gradient[c]);
            }
            bias_gradient[c] = static_cast<float>(state.bias_gradient[c]);
            state.scale[c] = static_cast<float>(state.coefficients[c].scale);
            state.constant[c] = static_cast<float>(state.coefficients[c].constant);
            state.slope[c] = static_cast<float>(state.coefficients[c].slope);
        }
        if (OneGain) gain_gradient[0] = static_cast<float>(one_gain);
    }
};

}  // namespace intaglio::train
