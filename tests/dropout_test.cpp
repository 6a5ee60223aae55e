// Dropout: what it drops and how often, the scale of what stays, its gradient, that it follows from seed, pass and
// image alone, and that evaluation and the integer program know nothing of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string_view>
#include <type_traits>
#include <vector>

#include "intaglio/model/network.hpp"
#include "intaglio/report/model_facts.hpp"
#include "support/program_comparison.hpp"

namespace dropout_test {

namespace {

using namespace intaglio;
using simd::Native;
using simd::Portable;
using train::Statistics;

/// Dropped inputs, a dropped value with a second reader, one that is dropped twice, a dense layer behind a last one.
struct Net : Network<Image<2, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Dropout<Rate{0.25}>, Conv<Out<6>>,
                     Residual<Sequence<Dropout<>, Conv<Out<6>, NoActivation>>>, Activate<>, Dropout<Rate{0.25}>,
                     Dropout<Rate{0.125}>, Repeat<2, MaxPool<2, Stride<1>>, Dropout<>, PadChannels<1, 0>>,
                     Dense<Flatten, Out<7>>, Dropout<>, Classifier<QInt<8>, Out<3>>> {};

constexpr std::size_t row_of(std::string_view kind, int which = 0) {
    for (std::size_t i = 0; i < facts<Net>.rows.size(); ++i) {
        if (kind == facts<Net>.rows[i].kind && which-- == 0) return i;
    }
    return facts<Net>.rows.size();
}

template <class N>
void forward(Training<N>& training, const std::vector<std::uint8_t>& pixels, Statistics statistics) {
    training.forward(pixels.data(), static_cast<std::int64_t>(pixels.size()) / Training<N>::pixels, statistics);
}

/// A value as plain numbers, for all images.
template <std::int32_t Value, class N>
std::vector<std::int64_t> value_codes(Training<N>& training, std::int64_t count) {
    std::vector<std::int64_t> result;
    for (std::int64_t n = 0; n < count; ++n) {
        for (const auto code : training.template codes<Value>(n)) result.push_back(code);
    }
    return result;
}

std::vector<std::uint8_t> random_pixels(std::int64_t count, unsigned seed) {
    std::mt19937 random(seed);
    return comparison::make_images<std::uint8_t>(count, Training<Net>::pixels, random);
}

}  // namespace

TEST_CASE("dropout moves no data in the integer program and has codes of its own in training") {
    constexpr const Row& row = facts<Net>.rows[row_of("dropout", 1)];
    constexpr const Value& out = facts<Net>.value(row.output);
    static_assert(out.memory == facts<Net>.value(row.input).memory && out.training_memory == row.output);
    static_assert(out.scaled && out.codes == CodeRange{0, 3} && !out.pending);
    static_assert(facts<Net>.integer_only());
    // It is a line of its own in the facts table, and two rates are two models to a checkpoint.
    const auto layers = layer_facts(facts<Net>.view());
    CHECK(std::count_if(layers.begin(), layers.end(), [](const LayerFacts& l) { return l.kind == "dropout"; }) == 7);
    struct A : Network<Features<4>, Dropout<Rate{0.5}>, Classifier<QInt<2>, Out<2>>> {};
    struct B : Network<Features<4>, Dropout<Rate{0.25}>, Classifier<QInt<2>, Out<2>>> {};
    CHECK(model_signature(facts<A>.view()) != model_signature(facts<B>.view()));
}

TEST_CASE("dropout drops its share of the codes, keeps the others, and scales them") {
    constexpr std::int64_t count = 64;
    const std::vector<std::uint8_t> pixels = random_pixels(count, 1);
    Training<Net> training(count, 1, 5);
    constexpr std::int32_t dropped = facts<Net>.rows[row_of("dropout")].output;
    double kept = 0;
    double mean = 0;
    double mean_before = 0;
    constexpr int passes = 8;
    for (std::uint64_t pass = 0; pass < passes; ++pass) {
        training.set_pass(pass);
        forward(training, pixels, Statistics::batch);
        const auto& state = training.state<row_of("dropout")>();
        CHECK(state.scales[0] == 1.0 / 0.75);
        const std::vector<std::int64_t> codes = value_codes<dropped>(training, count);
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const bool same = codes[i] == pixels[i];
            REQUIRE((same || codes[i] == 0));
            kept += same ? 1 : 0;
            mean += state.scales[1] * static_cast<double>(codes[i]);
            mean_before += pixels[i];
        }
    }
    const double total = passes * static_cast<double>(pixels.size());
    // Three and a half standard deviations of a binomial count; a pixel in 256 is 0 by itself.
    CHECK(std::fabs(kept / total - (0.75 + 0.25 / 256)) < 3.5 * std::sqrt(0.75 * 0.25 / total));
    CHECK(std::fabs(mean / mean_before - 1) < 0.01);
}

TEST_CASE("what dropout drops follows from seed, pass and image alone") {
    constexpr std::int64_t count = 9;
    constexpr std::int32_t dropped = facts<Net>.rows[row_of("dropout")].output;
    constexpr std::int32_t second = facts<Net>.rows[row_of("dropout", 1)].output;
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count * Training<Net>::pixels), std::uint8_t{1});
    const auto run = [&](int threads, std::uint64_t seed, std::uint64_t pass, std::int64_t images) {
        Training<Net> training(count + 5, threads, seed);
        training.set_pass(17);  // what ran before plays no role
        forward(training, pixels, Statistics::batch);
        training.set_pass(pass);
        training.forward(pixels.data(), images, Statistics::batch);
        return std::pair(value_codes<dropped>(training, images), value_codes<second>(training, images));
    };
    const auto base = run(1, 3, 7, count);
    CHECK(run(1, 3, 7, count) == base);
    CHECK(run(3, 3, 7, count) == base);
    CHECK(run(1, 3, 8, count).first != base.first);
    CHECK(run(1, 4, 7, count).first != base.first);
    // Images differ from each other, and the first ones do not depend on how many follow.
    const std::vector<std::int64_t> few = run(2, 3, 7, 4).first;
    CHECK(std::equal(few.begin(), few.end(), base.first.begin()));
    const auto size = static_cast<std::ptrdiff_t>(Training<Net>::pixels);
    CHECK(!std::equal(few.begin(), few.begin() + size, few.begin() + size));
    // Two layers of a pass draw different numbers.
    struct Twice : Network<Features<64>, Dropout<>, Dropout<>, Classifier<QInt<2>, Out<2>>> {};
    Training<Twice> training(1);
    const std::vector<std::uint8_t> ones(64, std::uint8_t{1});
    forward(training, ones, Statistics::batch);
    CHECK(value_codes<1>(training, 1) != value_codes<2>(training, 1));
}

TEST_CASE("passes count on, so that each step of a loop of one's own drops other codes") {
    constexpr std::int64_t count = 3;
    constexpr std::int32_t dropped = facts<Net>.rows[row_of("dropout")].output;
    constexpr std::size_t second_dropout = row_of("dropout", 1);
    constexpr std::int32_t second = facts<Net>.rows[second_dropout].output;
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count * Training<Net>::pixels), std::uint8_t{1});
    const auto dropped_in = [&](Training<Net>& training) {
        forward(training, pixels, Statistics::batch);
        return std::pair(value_codes<dropped>(training, count), value_codes<second>(training, count));
    };
    const auto numbered = [&](std::uint64_t pass, std::uint64_t seed) {
        Training<Net> training(count, 1, seed);
        training.set_pass(pass);
        return dropped_in(training);
    };
    Training<Net> training(count, 1, 5);
    for (std::uint64_t pass = 0; pass < 4; ++pass) {
        // What draws nothing does not count, and a pass in parts is one pass.
        forward(training, pixels, Statistics::running);
        if (pass < 2) {
            CHECK(dropped_in(training) == numbered(pass, 5));
            continue;
        }
        training.forward(pixels.data(), count, Statistics::batch, second_dropout);
        training.forward(pixels.data(), count, Statistics::batch, Training<Net>::rows, second_dropout);
        CHECK(value_codes<dropped>(training, count) == numbered(pass, 5).first);
        CHECK(value_codes<second>(training, count) == numbered(pass, 5).second);
    }
    CHECK(numbered(0, 5).first != numbered(1, 5).first);
    training.set_pass(1);
    CHECK(dropped_in(training) == numbered(1, 5));
    CHECK(dropped_in(training) == numbered(2, 5));
    // Drawn anew from a seed, a training is one that was made with it.
    training.initialize(8);
    training.set_pass(0);
    CHECK(training.seed() == 8);
    CHECK(dropped_in(training) == numbered(0, 8));
    training.set_seed(5);
    training.set_pass(0);
    CHECK(dropped_in(training).first == numbered(0, 5).first);
}

TEST_CASE("evaluation and re-estimation drop nothing, and another reader of a dropped value sees all of it") {
    constexpr std::int64_t count = 6;
    const std::vector<std::uint8_t> pixels = random_pixels(count, 2);
    Training<Net> training(count);
    constexpr std::size_t inner = row_of("dropout", 1);
    constexpr std::int32_t before = facts<Net>.rows[inner].input;
    constexpr std::int32_t after = facts<Net>.rows[inner].output;
    for (const Statistics statistics : {Statistics::running, Statistics::reestimation}) {
        forward(training, pixels, statistics);
        CHECK(value_codes<before>(training, count) == value_codes<after>(training, count));
        CHECK(training.state<inner>().scales == std::vector<double>(6, 1.0));
    }
    forward(training, pixels, Statistics::batch);
    const std::vector<std::int64_t> all = value_codes<before>(training, count);
    const std::vector<std::int64_t> kept = value_codes<after>(training, count);
    CHECK(std::count(kept.begin(), kept.end(), 0) > std::count(all.begin(), all.end(), 0));
    // Dropped twice: the scales multiply.
    CHECK(training.state<row_of("dropout", 3)>().scales[0] == doctest::Approx(1 / 0.75 / 0.875));
    // Through a max pool, another dropout and padded channels to the dense layer.
    constexpr std::int32_t padded = facts<Net>.rows[row_of("pad channels", 1)].output;
    static_assert(facts<Net>.value(padded).scaled);
    CHECK(training.state<row_of("pad channels", 1)>().scales ==
          std::vector<double>(8, training.state<row_of("dropout", 5)>().scales[0]));
    CHECK(training.state<row_of("dropout", 5)>().scales[0] == doctest::Approx(4 / 0.75 / 0.875));
}

TEST_CASE("the gradient passes where codes stayed, scaled") {
    struct Small : Network<Features<40>, Dense<QInt<4>, Out<33>, Act<M_a{4}>>, Dropout<Rate{0.5}>,
                           Dense<QInt<8>, Out<2>, NoNorm, NoWeightStandardization>> {};
    constexpr std::int64_t count = 7;
    std::mt19937 random(3);
    const std::vector<std::uint8_t> pixels = comparison::make_images<std::uint8_t>(count, 40, random);
    Training<Small> training(count, 2);
    // Biases push most codes above 0.
    for (std::int64_t i = 0; i < 33; ++i) {
        training.parameters()[static_cast<std::size_t>(train::plan<Small>.parameters[1] + 33 + i)] = 1.0F;
    }
    training.parameters_changed();
    training.set_pass(11);
    forward(training, pixels, Statistics::batch);
    // Which codes stayed, from the codes alone: where the code was not 0.
    constexpr std::int32_t before = facts<Small>.rows[3].input;
    constexpr std::int32_t after = facts<Small>.rows[3].output;
    const std::vector<std::int64_t> all = value_codes<before>(training, count);
    const std::vector<std::int64_t> kept = value_codes<after>(training, count);
    const auto g = training.logit_gradient();
    std::normal_distribution<float> normal;
    std::vector<float> logit_gradient;
    for (float& x : g) logit_gradient.push_back(x = normal(random));
    // The logits are those of the scaled codes.
    const auto& weights = training.state<4>().values;
    for (std::size_t n = 0; n < count; ++n) {
        for (std::size_t o = 0; o < 2; ++o) {
            double sum = 0;
            for (std::size_t c = 0; c < 33; ++c) {
                sum += static_cast<double>(weights[o * 33 + c]) * 2 * static_cast<double>(kept[n * 33 + c]) / 3;
            }
            CHECK(static_cast<double>(training.float_logits()[n * 2 + o]) == doctest::Approx(sum).epsilon(1e-5));
        }
    }
    std::vector<float> wanted_weights(66);
    std::vector<float> wanted_input(all.size());
    for (std::size_t n = 0; n < count; ++n) {
        for (std::size_t o = 0; o < 2; ++o) {
            for (std::size_t c = 0; c < 33; ++c) {
                wanted_weights[o * 33 + c] +=
                    logit_gradient[n * 2 + o] * 2.0F * static_cast<float>(kept[n * 33 + c]) / 3.0F;
                const bool stays = kept[n * 33 + c] != 0;
                wanted_input[n * 33 + c] += stays ? 2.0F * weights[o * 33 + c] * logit_gradient[n * 2 + o] : 0.0F;
            }
        }
    }
    training.backward();
    const auto begin = static_cast<std::size_t>(train::plan<Small>.parameters[4]);
    for (std::size_t i = 0; i < 66; ++i) {
        // NoWeightStandardization: the derivative of the rounding is 1 inside.
        CHECK(training.gradients()[begin + i] == doctest::Approx(wanted_weights[i]).epsilon(1e-4));
    }
    // The step in front multiplies by the derivative of its surrogate, which the row's state has; its own gradient is
    // then what the norm's bias sums up.
    const auto& step = training.state<2>();
    std::vector<double> bias(33);
    for (std::size_t k = 0; k < all.size(); ++k) {
        const std::size_t c = k % 33;
        const auto accumulator = static_cast<float>(training.codes<1>(static_cast<std::int64_t>(k / 33))[c]);
        const float value = step.slope[c] * accumulator + step.offset[c];
        bias[c] += static_cast<double>(step.derivative(value) * wanted_input[k]);
    }
    const auto bias_begin = static_cast<std::size_t>(train::plan<Small>.parameters[1] + 33);
    // Codes that are 0 may have stayed or not: those channels cannot be told from codes.
    int compared = 0;
    for (std::size_t c = 0; c < 33; ++c) {
        bool has_zero = false;
        for (std::size_t n = 0; n < count; ++n) has_zero |= all[n * 33 + c] == 0;
        if (has_zero) continue;
        ++compared;
        CHECK(static_cast<double>(training.gradients()[bias_begin + c]) == doctest::Approx(bias[c]).epsilon(1e-4));
    }
    CHECK(compared > 5);
}

TEST_CASE("layers between a dropout and the next product keep its scale") {
    struct Small : Network<Image<2, 4, 4>, Dropout<Rate{0.5}>, Upsample<2>, AvgPool<2>, Subsample<2>, MaxPool<1>,
                           Classifier<QInt<4>, Out<2>, NoNorm, NoWeightStandardization>> {};
    Training<Small> training(1);
    std::mt19937 random(6);
    forward(training, comparison::make_images<std::uint8_t>(1, 32, random), Statistics::batch);
    constexpr std::int32_t read = facts<Small>.rows[5].input;
    static_assert(facts<Small>.value(read).scaled && facts<Small>.value(read).denominator == 4 * 255);
    const auto& weights = training.state<5>().values;
    double largest = 0;
    for (std::size_t o = 0; o < 2; ++o) {
        double sum = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            sum += static_cast<double>(weights[o * 8 + i]) * 2 * static_cast<double>(training.codes<read>(0)[i]) / 1020;
        }
        CHECK(static_cast<double>(training.float_logits()[o]) == doctest::Approx(sum).epsilon(1e-5));
        largest = std::max(largest, std::fabs(sum));
    }
    CHECK(largest > 0.1);
}

TEST_CASE("a network that was trained with dropout lowers exactly") {
    std::mt19937 random(9);
    Training<Net> training(comparison::images, 2, 9);
    for (int step = 0; step < 20; ++step) {
        const std::vector<std::uint8_t> pixels = random_pixels(comparison::images, static_cast<unsigned>(step));
        training.set_pass(static_cast<std::uint64_t>(step));
        forward(training, pixels, Statistics::batch);
        for (float& g : training.logit_gradient()) g = std::normal_distribution<float>()(random);
        training.backward();
        for (std::size_t i = 0; i < training.parameters().size(); ++i) {
            training.parameters()[i] -= 0.02F * training.gradients()[i];
        }
        training.parameters_changed();
    }
    const std::vector<std::uint8_t> pixels = random_pixels(comparison::images, 99);
    comparison::compare_integer_program<Portable>(training, pixels);
    comparison::compare_integer_program<Native>(training, pixels);
    forward(training, pixels, Statistics::running);
    comparison::compare_with_reference(training, pixels, true);
}

}  // namespace dropout_test
