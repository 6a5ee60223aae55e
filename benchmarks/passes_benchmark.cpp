// Speed of passes over values within the second cache: statistics, norms, steps, surrogates, pools, the quantisation of
// weights, optimisers. Shares of peak compare with a pass that only moves the same bytes, or with reading them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/kernels/pool.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/loop/optimizer.hpp"
#include "intaglio/train/loop/update.hpp"
#include "intaglio/train/operations/norm_gradient.hpp"
#include "intaglio/train/operations/norm_state.hpp"
#include "intaglio/train/operations/product_state.hpp"
#include "intaglio/train/operations/quantize.hpp"
#include "intaglio/train/surrogates/surrogate_gradient.hpp"
#include "peaks.hpp"
#include "rows.hpp"

namespace {

using namespace intaglio;
using benchmarks::add_row;
using benchmarks::Buffer;
using benchmarks::pass_values;
using benchmarks::report;
using intaglio::simd::Native;

constexpr std::int32_t channels = 64;
constexpr std::int64_t pixels = pass_values / channels;
constexpr std::int32_t image_side = 32;
static_assert(image_side * image_side == pixels);

/// A pass that handles `values` numbers and reads and writes `bytes` for each.
void report_pass(benchmark::State& state, std::int64_t values, double bytes, const char* unit) {
    report(state, static_cast<double>(values), unit, benchmarks::pass_peak() / bytes);
}

// Statistics and norms -----------------------------------------------------------------------------------------------

template <class Number>
void statistics(benchmark::State& state) {
    using Statistics = std::conditional_t<std::is_integral_v<Number>, train::IntegerStatistics, train::FloatStatistics>;
    const Buffer<Number> values(pass_values);
    std::vector<std::int64_t> sum(channels);
    std::vector<kernels::Wide128> squares(channels);
    std::vector<Statistics> result(channels);
    for (auto _ : state) {
        train::detail::measure_block(values.get(), pixels, channels, sum.data(), squares.data(), result.data());
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(pass_values) * sizeof(Number), "B/s", benchmarks::first_cache_peak());
}

/// The first pass of the gradient of a norm: sums over the batch.
template <class Number>
void norm_gradient_sums(benchmark::State& state) {
    const Buffer<float> dy(pass_values);
    const Buffer<Number> accumulators(pass_values);
    const Buffer<float> rows(2 * channels);
    std::vector<train::GradientSums> sums(channels);
    for (auto _ : state) {
        train::add_gradient_sums(dy.get(), accumulators.get(), pixels, channels, rows.get(), rows.get() + channels,
                                 sums.data());
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(pass_values) * (sizeof(float) + sizeof(Number)), "B/s",
           benchmarks::first_cache_peak());
}

/// The second pass: the gradient of every accumulator.
template <class Number>
void norm_gradient(benchmark::State& state) {
    const Buffer<float> dy(pass_values);
    const Buffer<Number> accumulators(pass_values);
    const Buffer<float> coefficients(3 * channels);
    const Buffer<float> da(pass_values);
    for (auto _ : state) {
        train::apply_norm_gradient(dy.get(), accumulators.get(), pixels, channels, coefficients.get(),
                                   coefficients.get() + channels, coefficients.get() + 2 * channels, false, da.get());
        benchmark::ClobberMemory();
    }
    report_pass(state, pass_values, 2 * sizeof(float) + sizeof(Number), "values/s");
}

// Steps and surrogates -----------------------------------------------------------------------------------------------

void threshold_steps(benchmark::State& state, std::int32_t levels) {
    const Buffer<std::int32_t> values(pass_values);
    const Buffer<std::int32_t> thresholds(std::int64_t{levels} * channels);
    const std::int32_t flip[channels] = {0, -1};
    const Buffer<std::uint8_t> codes(pass_values);
    for (auto _ : state) {
        kernels::threshold_step<Native>(values.get(), pixels, channels, levels, thresholds.get(), flip, 0, codes.get());
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(pass_values) * sizeof(std::int32_t), "B/s", benchmarks::first_cache_peak());
}

void dyadic_steps(benchmark::State& state) {
    const Buffer<std::int32_t> values(pass_values);
    const Buffer<std::int32_t> multiplier(channels);
    const Buffer<std::int64_t> addend(channels);
    const Buffer<std::uint8_t> shift(channels);
    const Buffer<std::uint8_t> codes(pass_values);
    for (auto _ : state) {
        kernels::dyadic_step<Native>(values.get(), pixels, channels, multiplier.get(), addend.get(), shift.get(), 0,
                                     255, codes.get());
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(pass_values) * sizeof(std::int32_t), "B/s", benchmarks::first_cache_peak());
}

/// The gradient of a step with `states` codes: an accumulator and a gradient in, a gradient out.
template <class Surrogate>
void surrogate(benchmark::State& state, std::int32_t states) {
    const train::SurrogateGradient<Surrogate> derivative(
        train::Staircase{.lowest = 0, .highest = states - 1, .denominator = states - 1});
    const Buffer<std::int32_t> accumulators(pass_values);
    const Buffer<float> dcode(pass_values);
    const std::vector<float> slope(channels, 0.125F);
    const std::vector<float> offset(channels, -0.25F);
    const Buffer<float> da(pass_values);
    for (auto _ : state) {
        train::detail::step_gradient(derivative, accumulators.get(), dcode.get(), pixels, channels, slope.data(),
                                     offset.data(), false, da.get());
        benchmark::ClobberMemory();
    }
    report_pass(state, pass_values, 12, "values/s");
}

// Pools --------------------------------------------------------------------------------------------------------------

ConvolutionExtents pool_extents(std::int32_t window, std::int32_t stride, std::int32_t padding) {
    const std::int32_t side = (image_side + 2 * padding - window) / stride + 1;
    return {.in = {image_side, image_side, channels},
            .out = {side, side, channels},
            .kernel_height = window,
            .kernel_width = window,
            .stride_height = stride,
            .stride_width = stride,
            .padding_height = padding,
            .padding_width = padding};
}

void sum_pools(benchmark::State& state, std::int32_t window) {
    const Buffer<std::uint8_t> codes(pass_values);
    const Buffer<std::int16_t> sums(pass_values / (window * window));
    for (auto _ : state) {
        kernels::sum_pool<Native>(Shape{image_side, image_side, channels}, window, window, window, window, codes.get(),
                                  sums.get());
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(pass_values), "B/s", benchmarks::first_cache_peak());
}

void max_pools(benchmark::State& state, const ConvolutionExtents& extents) {
    const Buffer<std::uint8_t> codes(extents.in.size());
    const Buffer<std::uint8_t> largest(extents.out.size());
    for (auto _ : state) {
        kernels::max_pool<Native>(extents, codes.get(), largest.get());
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(pass_values), "B/s", benchmarks::first_cache_peak());
}

void max_pool_gradients(benchmark::State& state, const ConvolutionExtents& extents) {
    const Buffer<std::uint8_t> codes(extents.in.size());
    const Buffer<float> dout(extents.out.size());
    const Buffer<float> din(extents.in.size());
    for (auto _ : state) {
        kernels::max_pool_gradient(extents, codes.get(), dout.get(), false, din.get());
        benchmark::ClobberMemory();
    }
    const double read = static_cast<double>(extents.out.size()) / static_cast<double>(extents.in.size());
    report_pass(state, pass_values, sizeof(std::uint8_t) + sizeof(float) * (1 + read), "values/s");
}

// Weights ------------------------------------------------------------------------------------------------------------

/// 256 units of 256 inputs, of which only the weights are used.
template <class Weight, class... Options>
struct OneProduct
    : Network<Features<256>, Defaults<Act<M_a{4}>>, Dense<Weight, Out<256>, Options...>, Classifier<Weight, Out<2>>> {};

/// The weights of that layer on one thread.
template <class Weight, class Standardization>
struct Weights {
    const Row& row = facts<OneProduct<Weight, Standardization>>.row(0);
    ThreadPool pool{1};
    train::QuantizedWeights<Weight, Standardization> weights{
        row, WeightTraits<Weight>::scaled || Standardization::scaled, 0, 0};
    Buffer<float> latent{row.weights};
};

/// From latent weights to codes and values.
template <class Weight, class Standardization = DefaultStandardization<Weight>>
void quantization(benchmark::State& state) {
    Weights<Weight, Standardization> layer;
    for (auto _ : state) {
        layer.weights.quantize(layer.row, layer.latent.get(), layer.pool);
        benchmark::ClobberMemory();
    }
    // In: a number; out: the standardised number, the code, its value.
    report_pass(state, layer.row.weights, 13, "weights/s");
}

/// From the gradient of the values to that of the latent weights.
template <class Weight, class Standardization = DefaultStandardization<Weight>>
void quantization_gradient(benchmark::State& state) {
    Weights<Weight, Standardization> layer;
    layer.weights.quantize(layer.row, layer.latent.get(), layer.pool);
    const Buffer<float> dvalues(layer.row.weights);
    const Buffer<float> gradient(layer.row.weights);
    const Buffer<float> memory(layer.row.weights);
    for (auto _ : state) {
        std::copy_n(dvalues.get(), layer.row.weights, gradient.get());  // it is overwritten
        layer.weights.latent_gradient(layer.row, gradient.get(), memory.get(), layer.pool);
        benchmark::ClobberMemory();
    }
    report_pass(state, layer.row.weights, 20, "weights/s");
}

// Optimisers ---------------------------------------------------------------------------------------------------------

template <class Optimizer>
void optimizer(benchmark::State& state, double clip) {
    const Buffer<float> parameters(pass_values);
    const Buffer<float> gradients(pass_values);
    const std::vector<float> zeros(pass_values);
    std::vector<float> first = zeros;
    std::vector<float> second = zeros;
    const std::vector<ParameterRange> ranges{
        {.kind = ParameterKind::weight, .row = 0, .begin = 0, .count = pass_values}};
    ThreadPool pool(1);
    std::uint64_t step = 0;
    for (auto _ : state) {
        const double norm = clip > 0 ? train::gradient_norm({gradients.get(), pass_values}, 0, pool) : 0;
        train::update_parameters(Optimizer{}, ranges, parameters.get(), gradients.get(), first.data(), second.data(),
                                 {.scale = train::clip_scale(norm, clip)}, 1e-4, 1e-3, ++step, pool);
        benchmark::ClobberMemory();
    }
    // The gradient is read, the parameter and each moment are read and written.
    report_pass(state, pass_values, sizeof(float) * (3 + 2 * Optimizer::moments), "parameters/s");
}

// Rows ---------------------------------------------------------------------------------------------------------------

template <class Surrogate>
void add_surrogate_rows(const std::string& name) {
    for (const std::int32_t states : {2, 4, 16}) {
        add_row("surrogate/" + name + "/states_" + std::to_string(states), surrogate<Surrogate>, states);
    }
}

template <class Weight>
void add_weight_rows(const std::string& name) {
    add_row("weights/quantize/" + name, quantization<Weight>);
    add_row("weights/gradient/" + name, quantization_gradient<Weight>);
}

[[maybe_unused]] const bool rows_added = [] {
    add_row("peak/pass", [](benchmark::State& state) {
        const Buffer<std::int32_t> values(3 * pass_values);
        std::int64_t bytes = 0;
        for (auto _ : state) {
            bytes = benchmarks::add_pass(values.get(), values.get() + pass_values, pass_values,
                                         values.get() + 2 * pass_values);
            benchmark::ClobberMemory();
        }
        report(state, static_cast<double>(bytes), "B/s", 0);
    });
    add_row("statistics/int32", statistics<std::int32_t>);
    add_row("statistics/int16", statistics<std::int16_t>);
    add_row("statistics/float", statistics<float>);
    add_row("norm/gradient_sums/int32", norm_gradient_sums<std::int32_t>);
    add_row("norm/gradient_sums/float", norm_gradient_sums<float>);
    add_row("norm/gradient/int32", norm_gradient<std::int32_t>);
    add_row("norm/gradient/float", norm_gradient<float>);
    for (const std::int32_t levels : {1, 3, 7, 15}) {
        add_row("threshold_step/levels_" + std::to_string(levels), threshold_steps, levels);
    }
    add_row("dyadic_step", dyadic_steps);
    add_surrogate_rows<SigmoidSum<>>("sigmoid_sum");
    add_surrogate_rows<SwishSign<>>("swish_sign");
    add_surrogate_rows<ArcTan<>>("arctan");
    add_surrogate_rows<Rectangle<>>("rectangle");
    add_surrogate_rows<Triangle<>>("triangle");
    add_surrogate_rows<StraightThrough>("straight_through");
    add_row("pool/sum_2x2", sum_pools, 2);
    add_row("pool/sum_global", sum_pools, image_side);
    add_row("pool/max_2x2", max_pools, pool_extents(2, 2, 0));
    add_row("pool/max_3x3_stride_2", max_pools, pool_extents(3, 2, 1));
    add_row("pool/max_2x2_gradient", max_pool_gradients, pool_extents(2, 2, 0));
    add_row("pool/max_3x3_stride_2_gradient", max_pool_gradients, pool_extents(3, 2, 1));
    add_weight_rows<States<M_w{3}>>("states_3");
    add_weight_rows<States<M_w{15}>>("states_15");
    add_weight_rows<BinaryWeights>("binary");
    add_weight_rows<TernaryWeights<>>("ternary");
    add_weight_rows<DoReFa<4>>("dorefa_4");
    add_row("weights/quantize/states_15_without_standardization",
            quantization<States<M_w{15}>, NoWeightStandardization>);
    add_row("optimizer/momentum_sgd", optimizer<MomentumSgd>, 0.0);
    add_row("optimizer/adam", optimizer<Adam>, 0.0);
    add_row("optimizer/adamw", optimizer<AdamW>, 0.0);
    add_row("optimizer/adam_with_clipped_norm", optimizer<Adam>, 1.0);
    return true;
}();

}  // namespace
