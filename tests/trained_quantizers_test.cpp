// Quantisers with trained parameters, of the library (LSQ, PACT) and from outside, and weight codes without symmetry:
// facts, gradients, lowering, checkpoints, what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "../examples/own_quantizers.hpp"
#include "data_files/temporary_folder.hpp"
#include "intaglio/io/parameters.hpp"
#include "intaglio/io/sample_comparison.hpp"
#include "intaglio/io/training_checkpoint.hpp"
#include "intaglio/report/model_facts.hpp"
#include "support/network_checks.hpp"
#include "support/program_comparison.hpp"

template <class Standardization>
struct smooth::TraitsOf<intaglio::primitive::Product<app::LogStep, Standardization>> {
    static Traits get() {
        return {.learned = true, .scale = [](double p) { return std::exp(p) / 8; }, .per_channel = true};
    }
};
template <>
struct smooth::TraitsOf<intaglio::primitive::Quantize<app::LogRangeAct>> {
    static Traits get() {
        return {.learned = true, .scale = [](double p) { return std::exp(p); }};
    }
};

namespace trained_quantizers_test {

namespace {

using namespace intaglio;
using test_files::TemporaryFolder;
using train::Statistics;
using train::WeightCode;

/// Padding, groups, strides, pooled codes, a residual block, a layer that measures nothing. Nowhere is a value 0 by
/// itself, where clamps have no derivative.
template <class Weight, class Activation, class Norm = BatchNorm, class... Options>
struct Net : Network<Image<2, 8, 8>, Defaults<Weight, Activation, Norm, BranchGrid<QInt<8>>, Options...>, Conv<Out<6>>,
                     AvgPool<2>, Conv<Out<6>, Groups<2>>, Residual<Conv<Out<6>, Kernel<1>, NoActivation>>, Normalize<>,
                     Activate<>, Conv<Out<4>, Stride<2>, TrainedBias>, Dense<Flatten, Out<5>>, Classifier<Out<3>>> {};

using Step4 = Act<M_a{4}, StraightThrough>;

std::string message_of(const auto& call) {
    try {
        call();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no exception";
}

/// The ranges of trained parameters of quantisers.
template <class N>
std::vector<ParameterRange> trained_ranges() {
    std::vector<ParameterRange> list;
    for (const ParameterRange& range : Training<N>::ranges()) {
        if (range.kind == ParameterKind::quantizer) list.push_back(range);
    }
    return list;
}

}  // namespace

namespace {

using A = Net<Lsq<4>, LsqAct<2>>;
using B = Net<Lsq<3, Per::channel>, PactAct<4>, Lbn>;
using C = Net<Lsq<8>, LsqAct<8>, Lbn>;
using D = Net<Lsq<2>, PactAct<1>>;
using E = Net<app::LogStep, app::LogRangeAct>;
using F = Net<app::FixedPoint<-8, 7>, LsqAct<4>, Lbn, NoWeightStandardization>;

static_assert(facts<A>.integer_only() && facts<A>.rows[0].trained_parameters == 1);
static_assert(facts<B>.rows[0].trained_parameters == 6 && facts<B>.rows[2].trained_parameters == 1);
static_assert(facts<A>.value(1).scaled && facts<A>.value(3).scaled && facts<A>.value(3).trained_scale);
static_assert(facts<A>.value(4).trained_scale && facts<A>.value(5).scaled && !facts<A>.value(5).trained_scale);
static_assert(facts<A>.value(3).denominator == 1 && facts<B>.value(3).denominator == 15);
static_assert(facts<A>.rows[0].parameters() == 6 * 18 + 1 && facts<B>.rows[0].parameters() == 6 * 18 + 6);
// 6 products and 5 activations.
static_assert(facts<A>.parameters() - facts<Net<QInt<4>, Act<M_a{4}>>>.parameters() == 6 + 5);
static_assert(facts<B>.parameters() - facts<Net<QInt<4>, Act<M_a{4}>, Lbn>>.parameters() == 6 + 6 + 6 + 4 + 5 + 3 + 5);

}  // namespace

TEST_CASE_TEMPLATE("trained quantisers: gradients agree with differences", Model, A, B, C, D, E, F) {
    checks::check_training<Model>(21);
    checks::check_training<Model>(22);
}

TEST_CASE("trained quantisers in front of real numbers and behind them: gradients agree with differences") {
    struct Mixed : Network<Image<2, 6, 6>, Defaults<Lsq<4>, BatchNorm>, Conv<Out<5>, Relu>, Conv<Out<6>, LsqAct<3>>,
                           Conv<FloatWeights, NoWeightStandardization, Out<5>, PactAct<3>>, Conv<Out<4>, LsqAct<2>>,
                           Classifier<Out<3>>> {};
    static_assert(!facts<Mixed>.integer_only());
    checks::check_training<Mixed>(26);
}

TEST_CASE_TEMPLATE("trained quantisers: the same bits on any number of threads", Model, A, B, E) {
    checks::check_threads<Model>(23);
}

TEST_CASE_TEMPLATE("trained quantisers: lowering is exact", Model, A, B, C, D, E, F) {
    checks::check_lowering<Model>(24);
    std::mt19937 random(25);
    Training<Model> training(comparison::images, 2, 5);
    for (const auto biases : {tools::Biases::moderate, tools::Biases::mixed, tools::Biases::all_high}) {
        const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Model>::pixels, random);
        tools::randomize_parameters(training, random, biases);
        training.forward(pixels.data(), comparison::images, Statistics::batch);
        tools::randomize_running_statistics(training, random);
        comparison::compare_integer_program<simd::Portable>(training, pixels);
        comparison::compare_integer_program<simd::Native>(training, pixels);
    }
}

namespace {

/// s (clamp(u) + residual), whose derivatives are those of LSQ, against the arithmetic of Lsq.
template <class Weight, class Standardization>
void check_weight_gradients(unsigned seed) {
    using Quantized = train::QuantizedWeights<Weight, Standardization>;
    constexpr std::int64_t units = 5;
    constexpr std::int64_t fan_in = 12;
    constexpr bool shared = Weight::trained.per == Per::layer;
    constexpr auto own = static_cast<std::size_t>(shared ? 1 : units);
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Row row{.extents = {.in = {1, 1, fan_in}, .out = {1, 1, units}},
            .weight_codes = Weight::codes,
            .weight_states = Weight::states,
            .weights = units * fan_in,
            .trained = &Weight::trained,
            .trained_parameters = own};
    std::vector<float> latent(units * fan_in + own);
    for (float& w : latent) w = normal(random);
    Quantized weights(row, true, 0, 0);
    weights.initialize(row, latent.data(), latent.data() + units * fan_in);
    for (std::size_t i = 0; i < own; ++i) latent[latent.size() - 1 - i] *= 0.6F + 0.2F * static_cast<float>(i);
    ThreadPool pool(2);
    weights.quantize(row, latent.data(), pool);
    const double factor = train::Standardizer<Standardization>::scale(fan_in);
    std::vector<float> gradient(latent.size());
    std::vector<float> memory(latent.size());
    for (std::size_t i = 0; i < units * fan_in; ++i) {
        const auto unit = static_cast<std::size_t>(static_cast<std::int64_t>(i) / fan_in);
        const auto s = static_cast<double>(latent[units * fan_in + (shared ? 0 : unit)]);
        CHECK(weights.values[i] == doctest::Approx(factor * s * weights.codes[i]).epsilon(1e-6));
        gradient[i] = normal(random);
    }
    const std::vector<float> dvalue = gradient;
    weights.latent_gradient(row, gradient.data(), memory.data(), pool);
    const double highest = static_cast<double>(Weight::codes.highest);
    const double lowest = static_cast<double>(Weight::codes.lowest);
    for (std::size_t k = 0; k < own; ++k) {
        const auto s = static_cast<double>(latent[units * fan_in + k]);
        double sum = 0;
        std::int64_t users = 0;
        for (std::int64_t i = 0; i < units * fan_in; ++i) {
            const auto at = static_cast<std::size_t>(i);
            if (!shared && i / fan_in != static_cast<std::int64_t>(k)) continue;
            ++users;
            const auto w = static_cast<double>(weights.standardized[at]);
            const auto value = [&](double step) {
                return step *
                       (std::clamp(w / step, lowest, highest) + weights.codes[at] - std::clamp(w / s, lowest, highest));
            };
            sum += static_cast<double>(dvalue[at]) * factor * (value(s + 1e-6) - value(s - 1e-6)) / 2e-6;
        }
        const double expected = sum / std::sqrt(static_cast<double>(users) * highest);
        CHECK(static_cast<double>(gradient[units * fan_in + k]) == doctest::Approx(expected).epsilon(1e-4));
    }
}

}  // namespace

TEST_CASE("LSQ weights: step sizes behind standardisations, for a layer and for channels") {
    check_weight_gradients<Lsq<3>, NoWeightStandardization>(31);
    check_weight_gradients<Lsq<3>, WeightStandardization>(32);
    check_weight_gradients<Lsq<4>, ScaledWeightStandardization>(33);
    check_weight_gradients<Lsq<3, Per::channel>, ScaledWeightStandardization>(34);
}

TEST_CASE("LSQ weights: codes, halves away from zero, ends") {
    const float step = 0.5F;
    const WeightCode<Lsq<3>> code(&step, 10, &step);
    const float w[] = {-9, -2, -1.76F, -1.75F, -0.25F, -0.24F, 0, 0.24F, 0.25F, 1.24F, 1.25F, 1.5F, 9};
    const int expected[] = {-4, -4, -4, -4, -1, 0, 0, 0, 1, 2, 3, 3, 3};
    const float derivative[] = {0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0};
    for (std::size_t i = 0; i < std::size(w); ++i) {
        INFO("weight " << w[i]);
        CHECK(code.code(w[i]) == expected[i]);
        CHECK(code.gradient(w[i]) == derivative[i]);
    }
    CHECK(code.scale() == 0.5);
}

TEST_CASE("activations: derivatives of the step size and of the clipping value, ends included") {
    const float p = 0.5F;
    const auto gradient = [](const auto& scale, float input, float output) {
        return static_cast<double>(3 * scale.derivatives(input, output)[0]);
    };
    const train::ActivationScale<LsqAct<2>> step(&p, 12);  // 1 / sqrt(12 * 3) is 1 / 6
    CHECK(step.scale() == 0.5);
    CHECK(gradient(step, 1.75F, 2) == doctest::Approx(0.125));
    CHECK(gradient(step, 0.25F, 0) == doctest::Approx(-0.125));
    CHECK(gradient(step, 0, 0) == 0);
    CHECK(gradient(step, -4, 0) == 0);
    CHECK(gradient(step, 3, 3) == doctest::Approx(1.5));
    CHECK(gradient(step, 9, 3) == doctest::Approx(1.5));
    const train::ActivationScale<PactAct<2>> clip(&p, 12);
    CHECK(clip.scale() == 0.5);
    CHECK(gradient(clip, 0.99F, 1) == 0);
    CHECK(gradient(clip, -1, 0) == 0);
    CHECK(gradient(clip, 1, 1) == 3);
    CHECK(gradient(clip, 2, 1) == 3);
}

TEST_CASE("step sizes start from the weights, and those of activations from a first batch") {
    Training<B> training(8, 1, 4);
    const auto check = [&] {
        for (const ParameterRange& range : trained_ranges<B>()) {
            const Row& row = facts<B>.row(range.row);
            for (std::int64_t k = 0; row.weights > 0 && k < range.count; ++k) {
                const std::int64_t fan_in = row.extents.fan_in();
                double sum = 0;
                const float* w = training.parameters().data() + range.begin - row.weights + k * fan_in;
                for (std::int64_t i = 0; i < fan_in; ++i) sum += std::fabs(static_cast<double>(w[i]));
                CHECK(static_cast<double>(training.parameters()[static_cast<std::size_t>(range.begin + k)]) ==
                      doctest::Approx(2 * sum / static_cast<double>(fan_in) / std::sqrt(3)).epsilon(1e-6));
            }
            if (row.weights == 0) CHECK(training.parameters()[static_cast<std::size_t>(range.begin)] == 6.0F);
        }
    };
    check();
    // Weights from elsewhere.
    for (const ParameterRange& range : Training<B>::ranges()) {
        for (std::int64_t i = 0; range.kind == ParameterKind::weight && i < range.count; ++i) {
            training.parameters()[static_cast<std::size_t>(range.begin + i)] *= 3;
        }
    }
    training.initialize_quantizers();
    check();
    training.initialize(9);
    check();

    // Behind a norm, what is declared is near what a batch gives; behind nothing, the batch alone knows.
    using Plain = Net<Lsq<4>, LsqAct<2, Initial{5}>, BatchNorm>;
    Training<Plain> other(60, 2, 4);
    const tools::Stripes data(60, 8, 8, 2, 3);
    for (const ParameterRange& range : trained_ranges<Plain>()) {
        if (facts<Plain>.row(range.row).weights == 0) {
            CHECK(other.parameters()[static_cast<std::size_t>(range.begin)] == 5.0F);
        }
    }
    other.initialize_quantizers(data.pixels.data(), 60);
    int near = 0;
    for (const ParameterRange& range : trained_ranges<Plain>()) {
        const Row& row = facts<Plain>.row(range.row);
        if (row.weights > 0) continue;
        const Value& in = facts<Plain>.value(row.input);
        double sum = 0;
        other.visit(row.input, [&](const auto* codes) {
            for (std::int64_t i = 0; i < 60 * in.shape.size(); ++i) {
                const train::Affine affine = other.affine(row.input, i % in.shape.channels);
                sum += std::max(0.0, affine.slope * static_cast<double>(codes[i]) + affine.offset);
            }
        });
        const auto found = static_cast<double>(other.parameters()[static_cast<std::size_t>(range.begin)]);
        CHECK(found ==
              doctest::Approx(2 * sum / static_cast<double>(60 * in.shape.size()) / std::sqrt(3)).epsilon(1e-5));
        near += std::fabs(found - LsqAct<2>::trained.initial) < 0.1 ? 1 : 0;
    }
    CHECK(near >= 2);
}

TEST_CASE("weights that are all zero, and units that never fire, start from the smallest step") {
    Training<B> training(8);
    std::fill(training.parameters().begin(), training.parameters().end(), 0.0F);
    const std::vector<std::uint8_t> pixels(8 * Training<B>::pixels, 100);
    training.initialize_quantizers();
    for (const ParameterRange& range : trained_ranges<B>()) {
        if (facts<B>.row(range.row).weights > 0) {
            CHECK(training.parameters()[static_cast<std::size_t>(range.begin)] == 0x1p-20F);
        }
    }
}

TEST_CASE("parameters of quantisers that are not positive or not finite name their layer") {
    Training<A> training(4);
    const std::vector<std::uint8_t> pixels(4 * Training<A>::pixels, 100);
    for (const ParameterRange& range : trained_ranges<A>()) {
        const Row& row = facts<A>.row(range.row);
        float& parameter = training.parameters()[static_cast<std::size_t>(range.begin)];
        const float kept = parameter;
        for (const float bad :
             {0.0F, -1.0F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            parameter = bad;
            training.parameters_changed();
            const std::string start = place_text(row) + ": " + row.trained->name + " 0 is ";
            CHECK(message_of([&] { training.forward(pixels.data(), 4, Statistics::running); }).find(start) == 0);
            CHECK(message_of([&] { (void)lower(training); }).find(start) == 0);
        }
        parameter = kept;
        training.parameters_changed();
    }
    CHECK(message_of([&] { training.forward(pixels.data(), 4, Statistics::running); }) == "no exception");

    // A logarithm may have either sign, but no other number may be missing.
    Training<E> own(4);
    float& p = own.parameters()[static_cast<std::size_t>(trained_ranges<E>()[0].begin)];
    p = -3;
    own.parameters_changed();
    CHECK(message_of([&] { own.forward(pixels.data(), 4, Statistics::running); }) == "no exception");
    p = std::numeric_limits<float>::quiet_NaN();
    own.parameters_changed();
    CHECK(message_of([&] { own.forward(pixels.data(), 4, Statistics::running); }) ==
          "layer 2 (product): logarithm of the step 0 is nan, expected a finite number");
}

TEST_CASE("the optimiser leaves steps positive, and weight decay applies where the type says so") {
    ThreadPool pool(1);
    std::vector<float> parameters{1, 1, 1, 1};
    const std::vector<float> gradients{5, 5, 0, std::numeric_limits<float>::quiet_NaN()};
    std::vector<float> moments(4);
    const std::vector<ParameterRange> ranges{
        {.kind = ParameterKind::quantizer, .row = 0, .begin = 0, .count = 1, .smallest = 0x1p-20},
        {.kind = ParameterKind::quantizer, .row = 0, .begin = 1, .count = 1},
        {.kind = ParameterKind::quantizer, .row = 0, .begin = 2, .count = 1, .smallest = 0x1p-20, .decays = true},
        {.kind = ParameterKind::quantizer, .row = 0, .begin = 3, .count = 1, .smallest = 0x1p-20}};
    train::update_parameters(MomentumSgd{.momentum = 0}, ranges, parameters.data(), gradients.data(), moments.data(),
                             moments.data(), {}, 0.5, 1, 1, pool);
    CHECK(parameters[0] == 0x1p-20F);
    CHECK(parameters[1] == -4.0F);
    CHECK(parameters[2] == 0.5F);
    CHECK(std::isnan(parameters[3]));  // which the next pass tells

    for (const ParameterRange& range : trained_ranges<B>()) {
        CHECK(range.decays == (facts<B>.row(range.row).weights == 0));  // of PACT, not of LSQ
        CHECK(range.smallest == 0x1p-20);
    }
    for (const ParameterRange& range : trained_ranges<E>()) CHECK((range.smallest == 0 && !range.decays));
}

TEST_CASE("trained parameters stand in facts table and signature under their names") {
    std::ostringstream text;
    facts_table(layer_facts(facts<B>.view())).print(text);
    for (const char* name : {"step size of weights (6)", "clipping value (1)", "LSQ per channel"}) {
        INFO(name);
        CHECK(text.str().find(name) != std::string::npos);
    }
    CHECK(model_signature(facts<B>.view()).find(", step size of weights 6\n") != std::string::npos);
    CHECK(model_signature(facts<B>.view()).find(", clipping value 1\n") != std::string::npos);
    CHECK(model_signature(facts<Net<Lsq<3>, LsqAct<4>>>.view()) !=
          model_signature(facts<Net<Lsq<3>, PactAct<4>>>.view()));
    CHECK(model_signature(facts<Net<Lsq<3>, Step4>>.view()) !=
          model_signature(facts<Net<Lsq<3, Per::channel>, Step4>>.view()));
}

TEST_CASE_TEMPLATE("trained quantisers learn, and what they learnt is exact", Model, A, B, E) {
    const tools::Stripes data(120, 8, 8, 2, 3);
    Training<Model> training(30, 2, 3);
    training.initialize_quantizers(data.pixels.data(), 30);
    const std::vector<float> before(training.parameters().begin(), training.parameters().end());
    Trainer<Model> trainer(training, data.samples(), {.optimizer = {.learning_rate = 0.01}, .epochs = 15, .batch = 30});
    const double first = trainer.train_batch().loss;
    double last = first;
    while (!trainer.finished()) last = trainer.train_batch().loss;
    CHECK(last < 0.6 * first);
    trainer.reestimate_statistics();
    for (const ParameterRange& range : trained_ranges<Model>()) {
        INFO("row " << range.row);
        bool moved = false;
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            moved |= training.parameters()[static_cast<std::size_t>(i)] != before[static_cast<std::size_t>(i)];
        }
        CHECK(moved);
    }
    const IntegerNetwork<Model> network = lower(training);
    CHECK(certify(training, network).proven());
    const SampleComparison comparison = compare_on_samples(training, network, data.samples());
    CHECK(comparison.differing_images == 0);
    CHECK(comparison.integer_accuracy() > 0.8);

    // Parameters alone, and a run that goes on as if it had not stopped.
    const TemporaryFolder folder;
    save_parameters(training, folder / "parameters");
    Training<Model> loaded(5, 1, 77);
    load_parameters(loaded, folder / "parameters");
    CHECK(std::equal(loaded.parameters().begin(), loaded.parameters().end(), training.parameters().begin()));
    CHECK(certify(loaded, lower(training)).proven());
}

TEST_CASE("a stopped run with trained quantisers goes on as if it had not stopped") {
    const tools::Stripes data(60, 8, 8, 2, 3);
    const TemporaryFolder folder;
    const TrainerOptions<Adam> options{.epochs = 4, .batch = 20, .average = {.decay = 0.9}};
    Training<B> whole(20, 1, 3);
    Trainer<B> all(whole, data.samples(), options);
    Training<B> part(20, 2, 3);
    {
        Trainer<B> half(part, data.samples(), options);
        for (int i = 0; i < 5; ++i) half.train_batch();
        save_checkpoint(half, folder / "run");
    }
    Training<B> resumed(20, 1, 8);
    Trainer<B> rest(resumed, data.samples(), options);
    load_checkpoint(rest, folder / "run");
    rest.fit();
    all.fit();
    CHECK(std::equal(whole.parameters().begin(), whole.parameters().end(), resumed.parameters().begin()));
}

namespace {

/// Averages that are rounded keep the scale; codes behind a dropout have it times that of the dropout.
struct Rounded : Network<Image<2, 8, 8>, Defaults<Lsq<4>, LsqAct<3>>, Conv<Out<6>>, AvgPool<2, Requantize>, MaxPool<2>,
                         Dropout<Rate{0.25}>, PadChannels<1, 1>, Conv<Out<4>>, Classifier<Out<3>>> {};
static_assert(facts<Rounded>.value(5).scaled && facts<Rounded>.value(5).trained_scale);
static_assert(facts<Rounded>.value(5).codes == CodeRange{0, 7});

}  // namespace

TEST_CASE("averages that are rounded to codes with a trained scale are the rounded averages of the codes") {
    std::mt19937 random(41);
    Training<Rounded> training(comparison::images, 1, 5);
    tools::randomize_parameters(training, random, tools::Biases::moderate);
    const auto pixels = comparison::make_extreme_images<std::uint8_t>(Training<Rounded>::pixels, random);
    training.forward(pixels.data(), comparison::images, Statistics::batch);
    tools::randomize_running_statistics(training, random);
    comparison::compare_integer_program<simd::Portable>(training, pixels);
    comparison::compare_integer_program<simd::Native>(training, pixels);
    const auto sums = training.codes<4>(0);
    const auto averages = training.codes<5>(0);
    for (std::size_t i = 0; i < sums.size(); ++i) CHECK(int{averages[i]} == (2 * int{sums[i]} + 4) / 8);
    CHECK(training.affine(5, 0).slope == training.affine(3, 0).slope);
    CHECK(training.affine(3, 0).slope ==
          doctest::Approx(static_cast<double>(
              training.parameters()[static_cast<std::size_t>(trained_ranges<Rounded>()[1].begin)])));
}

}  // namespace trained_quantizers_test
