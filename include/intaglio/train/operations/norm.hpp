// Training of norms: statistics forward, exact where they are those of integers; their gradient backward.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/train/operations/norm_gradient.hpp"
#include "intaglio/train/operations/norm_state.hpp"
#include "intaglio/train/program/context.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

/// Whether a norm has a gain, and one for all channels.
struct GainForm {
    bool given;
    bool one;
};

template <class S>
void use_running(const NormState<S>& state, double epsilon, std::vector<double>& mean, std::vector<double>& deviation) {
    for (std::size_t s = 0; s < state.sets; ++s) {
        mean[s] = state.running_mean[s];
        deviation[s] = std::sqrt(state.running_variance[s] + epsilon);
    }
}

/// What the steps after see of every channel.
[[gnu::cold]] [[gnu::noinline]] inline void set_channels(const Row& row, const float* gain,
                                                         const std::vector<double>& mean,
                                                         const std::vector<double>& deviation, GainForm form,
                                                         std::vector<NormChannel>& channels) {
    const float* bias = gain + row.gains;
    for (std::size_t c = 0; c < channels.size(); ++c) {
        const std::size_t s = mean.size() == 1 ? 0 : c;
        const float own_gain = form.given ? gain[form.one ? 0 : c] : 1.0F;
        channels[c] = {static_cast<double>(own_gain), row.biases == 0 ? 0.0 : static_cast<double>(bias[c]), mean[s],
                       deviation[s]};
    }
}

template <class S, class Number>
[[gnu::noinline]] void measure(NormState<S>& state, const Number* values, const Value& in, const double* scales,
                               double epsilon, Context& context) {
    const std::int64_t channels = in.shape.channels;
    context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t group, int) {
        const std::size_t at = static_cast<std::size_t>(group) * state.channels;
        measure_block(values + begin * in.shape.size(), count * in.shape.pixels(), channels,
                      state.group_sum.data() + at, state.group_squares.data() + at, state.group_statistics.data() + at);
    });
    context.ranks.gather_groups(state.group_statistics.data(), channels);
    const bool reestimates = context.statistics == Statistics::reestimation;
    for (std::size_t c = 0; c < state.channels; ++c) {
        S& total = state.channel_statistics[c];
        total = {};
        for (std::size_t g = 0; g < sample_groups; ++g) total.merge(state.group_statistics[g * state.channels + c]);
        if (reestimates) {
            if (context.restart_statistics) state.reestimated[c] = {};
            state.reestimated[c].merge(total);
        }
    }
    const double step = 1.0 / static_cast<double>(in.denominator);
    const std::size_t channels_of_set = state.shared ? state.channels : 1;
    const auto of_set = [&](const std::vector<S>& all, std::size_t s) {
        return moments(all.data() + s, channels_of_set, scales == nullptr ? nullptr : scales + s, step);
    };
    for (std::size_t s = 0; s < state.sets; ++s) {
        const Moments now = of_set(state.channel_statistics, s);
        state.mean[s] = now.mean;
        state.deviation[s] = std::sqrt(now.variance + epsilon);
        if (reestimates) {
            const Moments all = of_set(state.reestimated, s);
            state.running_mean[s] = all.mean;
            state.running_variance[s] = all.variance;
        } else {
            state.running_mean[s] += context.momentum * (now.mean - state.running_mean[s]);
            state.running_variance[s] += context.momentum * (now.variance - state.running_variance[s]);
        }
    }
}

template <class S, class Number>
void sum_gradients(NormState<S>& state, Shape shape, const Number* a, const Gradient* dy, const Context& context) {
    context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t group, int worker) {
        GradientSums* sums = state.group_gradients.data() + static_cast<std::size_t>(group) * state.channels;
        for (std::size_t c = 0; c < state.channels; ++c) sums[c] = {};
        auto* rows = reinterpret_cast<Gradient*>(context.worker_memory(worker));
        add_gradient_sums(dy + begin * shape.size(), a + begin * shape.size(), count * shape.pixels(), shape.channels,
                          rows, rows + shape.channels, sums);
    });
    context.ranks.gather_groups(state.group_gradients.data(), shape.channels);
}

template <class S, class Number>
void apply(const NormState<S>& state, Shape shape, const Number* a, const Gradient* dy, bool add, Gradient* da,
           const Context& context) {
    context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t, int) {
        apply_norm_gradient(dy + begin * shape.size(), a + begin * shape.size(), count * shape.pixels(), shape.channels,
                            state.scale.data(), state.constant.data(), state.slope.data(), add,
                            da + begin * shape.size());
    });
}

template <class S>
void combine(NormState<S>& state, std::int64_t count, std::int64_t denominator, const double* scales, const float* gain,
             Gradient* gain_gradient, Gradient* bias_gradient, GainForm form) {
    for (std::size_t c = 0; c < state.channels; ++c) {
        const auto at = [&](std::size_t g) -> const GradientSums& {
            return state.group_gradients[g * state.channels + c];
        };
        state.gradient_sums[c].dy = tree_sum([&](std::size_t g) { return at(g).dy; });
        state.gradient_sums[c].dy_a = tree_sum([&](std::size_t g) { return at(g).dy_a; });
    }
    const float no_gain = 1.0F;
    norm_gradients(state.shared, static_cast<std::int64_t>(state.channels), count, denominator,
                   state.gradient_sums.data(), state.mean.data(), state.deviation.data(), form.given ? gain : &no_gain,
                   form.one || !form.given, state.gain_gradient.data(), state.bias_gradient.data(),
                   state.coefficients.data(), scales);
    double one_gain = 0;
    for (std::size_t c = 0; c < state.channels; ++c) {
        if (!state.measures) {  // mean and deviation are constants
            state.coefficients[c].constant = 0;
            state.coefficients[c].slope = 0;
        }
        one_gain += state.gain_gradient[c];
        if (form.given && !form.one) gain_gradient[c] = static_cast<Gradient>(state.gain_gradient[c]);
        if (bias_gradient != nullptr) bias_gradient[c] = static_cast<Gradient>(state.bias_gradient[c]);
        state.scale[c] = static_cast<Gradient>(state.coefficients[c].scale);
        state.constant[c] = static_cast<Gradient>(state.coefficients[c].constant);
        state.slope[c] = static_cast<Gradient>(state.coefficients[c].slope);
    }
    if (form.given && form.one) gain_gradient[0] = static_cast<Gradient>(one_gain);
}

}  // namespace detail

template <class Normalization, bool OneGain>
struct Operation<primitive::Norm<Normalization, OneGain>> {
    static constexpr bool measures = Normalization::statistics != Per::nothing;
    static constexpr detail::GainForm gain_form{Normalization::has_gain, OneGain};

    template <class Kind>
    using StatisticsType =
        std::conditional_t<std::is_same_v<typename Kind::input, float>, FloatStatistics, IntegerStatistics>;

    template <class Kind>
    struct State : NormState<StatisticsType<Kind>> {
        State(const Site& site, std::int64_t /*capacity*/)
            : NormState<StatisticsType<Kind>>(Normalization::statistics, site.channels()) {}
    };

    template <class Kind>
    static std::int64_t workspace_bytes(const Site& site, std::int64_t) {
        return aligned(std::int64_t{2 * sizeof(Gradient)} * site.channels());
    }

    template <class Kind>
    static void forward(State<Kind>& state, const Site& site, Context& context) {
        const Value& in = *site.input.value;
        const double* scales = meaning(context, site.input).scales;
        keep_scales(site, context);
        if constexpr (measures) {
            if (context.statistics == Statistics::running) {
                detail::use_running(state, site.row->epsilon, state.mean, state.deviation);
            } else {
                detail::measure(state, codes<typename Kind::input>(context, site.input), in, scales, site.row->epsilon,
                                context);
            }
        }
        detail::set_channels(*site.row, context.parameters + site.parameters, state.mean, state.deviation, gain_form,
                             state.norm);
        context.norms[site.index] = state.norm.data();
    }

    template <class Kind>
    static void backward(State<Kind>& state, const Site& site, Context& context) {
        const Row& row = *site.row;
        const Value& in = *site.input.value;
        const auto* a = codes<typename Kind::input>(context, site.input);
        const Gradient* dy = gradient(context, site.output);
        detail::sum_gradients(state, in.shape, a, dy, context);
        Gradient* gain_gradient = context.gradients + site.parameters;
        detail::combine(state, in.shape.pixels() * context.batch, in.denominator, meaning(context, site.input).scales,
                        context.parameters + site.parameters, gain_gradient,
                        row.biases == 0 ? nullptr : gain_gradient + row.gains, gain_form);
        if (in.needs_gradient) {
            detail::apply(state, in.shape, a, dy, !site.input.overwrites, gradient(context, site.input), context);
        }
    }

    template <class Kind>
    [[gnu::cold]] static void lower(const State<Kind>& state, const Site& site, Lowering& lowering, RowNumbers&) {
        keep_scales(site, lowering.context);
        std::vector<double> mean(state.mean.size());
        std::vector<double> deviation(state.deviation.size(), 1.0);
        if constexpr (measures) detail::use_running(state, site.row->epsilon, mean, deviation);
        std::vector<NormChannel>& channels = lowering.channels[static_cast<std::size_t>(site.index)];
        channels.resize(state.norm.size());
        detail::set_channels(*site.row, lowering.context.parameters + site.parameters, mean, deviation, gain_form,
                             channels);
        lowering.context.norms[site.index] = channels.data();
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
