// Checks of whole networks: training against a naive forward pass and its differences, the integer program against
// training, the certificate against a changed parameter.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "intaglio/train/lowering.hpp"
#include "support/smooth_network.hpp"
#include "support/training_tools.hpp"

namespace checks {

using namespace intaglio;
using train::Statistics;

inline std::vector<std::uint8_t> random_pixels(std::int64_t count, std::mt19937& random) {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count));
    for (std::uint8_t& p : pixels) p = static_cast<std::uint8_t>(random());
    return pixels;
}

/// Weights inside of every clip, gains of both signs, small biases.
template <class Net>
void gentle_parameters(Training<Net>& training, std::mt19937& random) {
    std::uniform_real_distribution<float> uniform(-0.9F, 0.9F);
    for (const ParameterRange& range : Training<Net>::ranges()) {
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            const float x = uniform(random);
            training.parameters()[static_cast<std::size_t>(i)] =
                range.kind == ParameterKind::gain        ? (x < 0 ? x - 0.5F : x + 0.5F)
                : range.kind == ParameterKind::bias      ? 0.5F * x
                : range.kind == ParameterKind::quantizer ? 0.2F + 0.4F * std::fabs(x)
                                                         : x;
        }
    }
    training.parameters_changed();
}

/// The last pass against the naive one: codes of steps, real activations, float logits.
template <class Net>
smooth::Network compare_forward(Training<Net>& training, const std::vector<double>& input, std::int64_t images,
                                bool running) {
    smooth::Network naive(training, images);
    naive.running = running;
    const smooth::Vector& logits = naive.forward(input);
    CHECK(naive.wrong_codes == 0);
    CHECK(naive.adopted * 50 <= naive.decisions);
    CHECK(naive.largest_difference < 2e-5);
    for (std::size_t i = 0; i < logits.size(); ++i) {
        INFO("logit " << i);
        CHECK(std::fabs(static_cast<double>(training.float_logits()[i]) - logits[i]) <=
              5e-5 * (1 + std::fabs(logits[i])));
    }
    return naive;
}

/// A forward pass with the statistics of its batch, and the gradient of every parameter against central differences of
/// the naive network. Weights must not be standardised and all surrogates straight-through.
template <class Net>
void check_gradients(Training<Net>& training, const std::vector<std::uint8_t>& pixels, std::int64_t images,
                     std::mt19937& random, double tolerance) {
    std::vector<double> input;
    for (const std::uint8_t p : pixels) input.push_back(p / 255.0);
    training.forward(pixels.data(), images, Statistics::batch);
    smooth::Network naive = compare_forward(training, input, images, false);

    std::normal_distribution<float> normal;
    std::vector<double> cotangent;
    for (float& g : training.logit_gradient()) {
        g = normal(random);
        cotangent.push_back(static_cast<double>(g));
    }
    training.backward();
    const auto loss = [&] {
        const smooth::Vector& logits = naive.again(input);
        double sum = 0;
        for (std::size_t i = 0; i < logits.size(); ++i) sum += cotangent[i] * logits[i];
        return sum;
    };
    double all = 0;
    for (const float g : training.gradients()) all += std::pow(static_cast<double>(g), 2);
    REQUIRE(all > 0);
    constexpr double h = 1e-6;
    for (const ParameterRange& range : Training<Net>::ranges()) {
        double square = 0;
        double error = 0;
        for (auto i = static_cast<std::size_t>(range.begin); i < static_cast<std::size_t>(range.begin + range.count);
             ++i) {
            const double kept = naive.parameters[i];
            naive.parameters[i] = kept + h;
            const double above = loss();
            naive.parameters[i] = kept - h;
            const double expected = naive.gradient_factor(range) * (above - loss()) / (2 * h);
            naive.parameters[i] = kept;
            square += expected * expected;
            error += std::pow(expected - static_cast<double>(training.gradients()[i]), 2);
        }
        INFO("row " << range.row << " kind " << static_cast<int>(range.kind) << " norm " << std::sqrt(square));
        // The gradient of a bias in front of a norm may vanish: what rounding leaves is small beside the others.
        CHECK(std::sqrt(error) <= tolerance * std::sqrt(square) + 1e-6 * std::sqrt(all));
    }
}

/// Gradients, and forward passes with both kinds of statistics, under random parameters.
template <class Net>
void check_training(unsigned seed, double tolerance = 5e-4) {
    std::mt19937 random(seed);
    constexpr std::int64_t images = 5;
    Training<Net> training(images + 2, 2, seed);
    const std::vector<std::uint8_t> pixels = random_pixels(images * Training<Net>::pixels, random);
    gentle_parameters(training, random);
    check_gradients(training, pixels, images, random, tolerance);

    tools::randomize_running_statistics(training, random);
    training.forward(pixels.data(), images, Statistics::running);
    std::vector<double> input;
    for (const std::uint8_t p : pixels) input.push_back(p / 255.0);
    compare_forward(training, input, images, true);
}

/// The same gradients and running statistics, bit by bit, on 1, 2 and 3 threads.
template <class Net>
void check_threads(unsigned seed) {
    constexpr std::int64_t images = 11;
    std::vector<std::vector<float>> gradients;
    std::vector<std::vector<double>> statistics;
    for (const int threads : {1, 2, 3}) {
        std::mt19937 random(seed);
        Training<Net> training(images, threads, seed);
        const std::vector<std::uint8_t> pixels = random_pixels(images * Training<Net>::pixels, random);
        gentle_parameters(training, random);
        training.forward(pixels.data(), images, Statistics::batch);
        std::normal_distribution<float> normal;
        for (float& g : training.logit_gradient()) g = normal(random);
        training.backward();
        gradients.emplace_back(training.gradients().begin(), training.gradients().end());
        statistics.push_back(tools::running_statistics(training));
    }
    CHECK(gradients[0] == gradients[1]);
    CHECK(gradients[0] == gradients[2]);
    CHECK(statistics[0] == statistics[1]);
    CHECK(statistics[0] == statistics[2]);
    CHECK(std::any_of(gradients[0].begin(), gradients[0].end(), [](float g) { return g != 0; }));
}

/// The integer program for one instruction set against training's evaluation: every value, the logits, the certificate.
template <class Set, class Net>
Certificate check_integer_program(Training<Net>& training, const std::vector<std::uint8_t>& pixels,
                                  std::int64_t images) {
    training.forward(pixels.data(), images, Statistics::running);
    const auto expected = tools::all_codes(training, images);
    const std::vector<std::int64_t> logits(training.logits().begin(), training.logits().end());
    const IntegerNetwork<Net, Set> network = lower(training);
    const Certificate certificate = certify(training, network);
    CHECK(certificate.first_difference == "");
    CHECK(certificate.proven());
    const auto scratch = network.make_scratch();
    constexpr std::int64_t classes = Training<Net>::classes;
    std::int64_t written = 0;
    for (std::int64_t n = 0; n < images; ++n) {
        INFO("image " << n);
        const std::uint8_t* image = pixels.data() + n * Training<Net>::pixels;
        network.program().run(image, *scratch, [&](std::int32_t value, const auto* codes) {
            ++written;
            const std::int64_t size = facts<Net>.value(value).shape.size();
            INFO("value " << value);
            CHECK(std::equal(codes, codes + size, expected[static_cast<std::size_t>(value)].data() + n * size));
        });
        CHECK(std::equal(scratch->logits, scratch->logits + classes, logits.data() + n * classes));
    }
    CHECK(written > 0);
    return certificate;
}

/// Lowering under random running statistics, on the portable instruction set and the machine's own; then one threshold
/// of each step is moved by one accumulator, or one addend by a code, which the certificate must find.
template <class Net>
void check_lowering(unsigned seed) {
    std::mt19937 random(seed);
    constexpr std::int64_t images = 5;
    Training<Net> training(images, 2, seed);
    const std::vector<std::uint8_t> pixels = random_pixels(images * Training<Net>::pixels, random);
    for (int repetition = 0; repetition < 3; ++repetition) {
        gentle_parameters(training, random);
        training.forward(pixels.data(), images, Statistics::batch);
        tools::randomize_running_statistics(training, random);
        check_integer_program<simd::Portable>(training, pixels, images);
        check_integer_program<simd::NativeTarget>(training, pixels, images);
    }
    const Model<Net> model = lower(training);
    IntegerNetwork<Net> network(model);
    int moved = 0;
    Training<Net>::each([&]<std::size_t I>() {
        constexpr const Row& row = facts<Net>.rows[I];
        std::byte* parameters = network.parameters().bytes + integer::plan<Net, simd::NativeTarget>.parameters[I];
        if constexpr (row.steps > 0 && !row.has_thresholds()) {
            const auto layout = integer::dyadic_layout(facts<Net>.value(row.output).shape.channels, row.scale);
            auto& addend = *reinterpret_cast<std::int64_t*>(parameters + layout.addend);
            const std::int64_t code = std::int64_t{1} << static_cast<int>(parameters[layout.shift]);
            addend += code;
            CHECK(!certify(model, network).proven());
            addend -= code;
            ++moved;
        } else if constexpr (row.steps > 0) {
            const CodeRange range = facts<Net>.value(row.input).codes;
            auto* thresholds = reinterpret_cast<std::int32_t*>(parameters);
            // Codes two apart have two equal thresholds; a step that writes bits reads one of them.
            const std::int64_t channels = facts<Net>.value(row.output).shape.channels;
            const std::int64_t second = row.code_spacing == 2 ? channels : 0;
            for (std::int64_t i = 0; i < row.steps * channels - second; ++i) {
                if (i % (2 * channels) >= channels && second > 0) continue;
                if (thresholds[i] <= range.lowest + 1 || thresholds[i] >= range.highest - 1) continue;
                const std::int32_t before = thresholds[i];
                thresholds[i] = thresholds[i + second] = before + 1;
                CHECK(!certify(model, network).proven());
                thresholds[i] = thresholds[i + second] = before;
                ++moved;
                break;
            }
        }
    });
    CHECK(moved > 0);
    CHECK(certify(training, network).proven());
}

}  // namespace checks
