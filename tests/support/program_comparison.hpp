// The training program and the integer program of a network against each other and against the naive reference: every
// value, every weight, the logits, the certificate; gradients against the naive ones, and these against differences.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "intaglio/train/lowering.hpp"
#include "intaglio/train/program.hpp"
#include "support/reference_network.hpp"
#include "support/training_tools.hpp"

namespace comparison {

using namespace intaglio;
using intaglio::train::Statistics;
using tools::Biases;

inline constexpr std::int64_t images = 5;

/// Random codes of the whole range of their type.
template <class Pixel>
std::vector<Pixel> make_images(std::int64_t count, std::int64_t pixels, std::mt19937& random) {
    std::vector<Pixel> result(static_cast<std::size_t>(count * pixels));
    for (Pixel& p : result) p = static_cast<Pixel>(random());
    return result;
}
/// Random images; the last but one of lowest codes, the last of highest.
template <class Pixel>
std::vector<Pixel> make_extreme_images(std::int64_t pixels, std::mt19937& random) {
    std::vector<Pixel> result = make_images<Pixel>(images, pixels, random);
    Pixel* const end = result.data() + result.size();
    std::fill(end - 2 * pixels, end - pixels, std::numeric_limits<Pixel>::min());
    std::fill(end - pixels, end, std::numeric_limits<Pixel>::max());
    return result;
}

/// The last pass of `training` against the naive reference: every value, every weight, the logits.
template <class Net>
void compare_with_reference(Training<Net>& training, const std::vector<typename Training<Net>::Pixel>& pixels,
                            bool running) {
    reference::Network naive = tools::make_reference(training, images, running);
    naive.forward(pixels.data(), images);
    for (std::size_t i = 0; i < naive.rows.size(); ++i) {
        if (naive.rows[i].weights == 0) continue;
        INFO("row " << i);
        CHECK(std::equal(naive.weight_codes[i].begin(), naive.weight_codes[i].end(), naive.expected_weights[i].begin(),
                         naive.expected_weights[i].end()));
    }
    for (std::size_t v = 1; v < naive.values.size(); ++v) {
        if (naive.expected_codes[v].empty()) continue;
        INFO("value " << v);
        CHECK(std::equal(naive.codes[v].begin(), naive.codes[v].end(), naive.expected_codes[v].begin(),
                         naive.expected_codes[v].end()));
        // The facts' range holds.
        const auto [low, high] = std::minmax_element(naive.expected_codes[v].begin(), naive.expected_codes[v].end());
        CHECK(naive.values[v].codes.contains(*low));
        CHECK(naive.values[v].codes.contains(*high));
    }
    CHECK(naive.ties * 100 <= naive.decisions);

    const auto& state = training.template state<Training<Net>::rows - 1>();
    const auto& output =
        naive
            .expected_codes[static_cast<std::size_t>(naive.values[static_cast<std::size_t>(facts<Net>.output)].memory)];
    for (std::size_t i = 0; i < naive.logits.size(); ++i) {
        INFO("logit " << i);
        // One rounding to single precision; one rounding each of multiplier and addend.
        CHECK(training.float_logits()[i] == doctest::Approx(naive.logits[i]).epsilon(1e-6));
        const double unit = std::ldexp(1.0, -state.exponent);
        const double rounding = 0.5 * unit * (std::fabs(static_cast<double>(output[i])) + 1.0);
        CHECK(std::fabs(static_cast<double>(training.logits()[i]) * unit - naive.logits[i]) <=
              rounding + 1e-12 * std::fabs(naive.logits[i]));
    }
}

/// The integer program for one instruction set against the codes of training's evaluation.
template <class Set, class Net>
void compare_integer_program(Training<Net>& training, const std::vector<typename Training<Net>::Pixel>& pixels) {
    INFO("instruction set " << simd::name(Set{}));
    training.forward(pixels.data(), images, Statistics::running);
    const std::vector<std::vector<std::int64_t>> expected = tools::all_codes(training, images);
    const std::vector<std::int64_t> logits(training.logits().begin(), training.logits().end());
    std::vector<std::int32_t> predictions;
    for (std::int64_t n = 0; n < images; ++n) predictions.push_back(training.prediction(n));

    const IntegerNetwork<Net, Set> network = lower(training);
    const Certificate certificate = certify(training, network);
    CHECK(certificate.first_difference == "");
    CHECK(certificate.differences == 0);
    CHECK(certificate.proven());
    CHECK(certificate.weights_compared == facts<Net>.weights());

    const auto scratch = network.make_scratch();
    constexpr auto classes = static_cast<std::size_t>(Training<Net>::classes);
    for (std::int64_t n = 0; n < images; ++n) {
        INFO("image " << n);
        const typename Training<Net>::Pixel* image = pixels.data() + n * Training<Net>::pixels;
        std::int64_t written = 0;
        network.program().run(image, *scratch, [&](std::int32_t value, const auto* codes) {
            ++written;
            const auto size = static_cast<std::size_t>(facts<Net>.value(value).shape.size());
            INFO("value " << value);
            CHECK(std::equal(codes, codes + size,
                             expected[static_cast<std::size_t>(value)].begin() +
                                 static_cast<std::ptrdiff_t>(n) * static_cast<std::ptrdiff_t>(size)));
        });
        CHECK(written > 0);
        const std::int64_t* found = network.program().logits(image, *scratch);
        CHECK(std::equal(found, found + classes,
                         logits.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(n) * classes)));
        CHECK(network.predict(image, *scratch) == predictions[static_cast<std::size_t>(n)]);
    }
}

template <class Net, class... Tags>
void compare_programs(unsigned seed) {
    std::mt19937 random(seed);
    Training<Net> training(images, 2, seed);
    for (const Biases biases : {Biases::moderate, Biases::mixed, Biases::all_low, Biases::all_high, Biases::mixed}) {
        INFO("biases " << static_cast<int>(biases));
        const std::vector<typename Training<Net>::Pixel> pixels =
            make_extreme_images<typename Training<Net>::Pixel>(Training<Net>::pixels, random);
        tools::randomize_parameters(training, random, biases);
        training.forward(pixels.data(), images, Statistics::batch);
        compare_with_reference(training, pixels, false);
        tools::randomize_running_statistics(training, random);
        training.forward(pixels.data(), images, Statistics::running);
        compare_with_reference(training, pixels, true);
        (compare_integer_program<Tags>(training, pixels), ...);
    }
}

/// Gradients of all parameters against the naive reference.
template <class Net>
void compare_gradients(unsigned seed, double tolerance) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    constexpr std::int64_t count = 11;
    Training<Net> training(count + 3, 2, seed);
    for (int repetition = 0; repetition < 3; ++repetition) {
        const std::vector<typename Training<Net>::Pixel> pixels =
            make_images<typename Training<Net>::Pixel>(count, Training<Net>::pixels, random);
        tools::randomize_parameters(training, random, Biases::moderate);
        training.forward(pixels.data(), count, Statistics::batch);
        std::vector<double> logit_gradient;
        for (float& g : training.logit_gradient()) {
            g = normal(random);
            logit_gradient.push_back(static_cast<double>(g));
        }
        training.backward();

        reference::Network naive = tools::make_reference(training, count, false);
        naive.forward(pixels.data(), count);
        const std::vector<double> expected = naive.backward(logit_gradient);
        double whole = 0;
        for (const double g : expected) whole += g * g;
        for (const ParameterRange& range : Training<Net>::ranges()) {
            double square = 0;
            double difference = 0;
            for (auto i = static_cast<std::size_t>(range.begin);
                 i < static_cast<std::size_t>(range.begin + range.count); ++i) {
                const double found = static_cast<double>(training.gradients()[i]);
                square += expected[i] * expected[i];
                difference += (found - expected[i]) * (found - expected[i]);
            }
            INFO("row " << range.row << " kind " << static_cast<int>(range.kind) << " norm " << std::sqrt(square));
            // Where all terms cancel (constant codes under standardised weights), their rounding remains.
            CHECK(std::sqrt(difference) <= tolerance * std::sqrt(square) + 1e-6 * std::sqrt(whole));
        }
    }
}

/// The naive gradient against central differences of the naive network without rounding.
template <class Net>
void check_reference_gradient(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    constexpr std::int64_t count = 11;
    Training<Net> training(count, 1, seed);
    const std::vector<typename Training<Net>::Pixel> pixels =
        make_images<typename Training<Net>::Pixel>(count, Training<Net>::pixels, random);
    tools::randomize_parameters(training, random, Biases::moderate);
    reference::Network naive = reference::Network::of<Net>();
    naive.parameters.assign(training.parameters().begin(), training.parameters().end());
    // Under a gain of 0 all pixels of a channel are equal: a max pool has no derivative there.
    for (const ParameterRange& range : Training<Net>::ranges()) {
        for (std::int64_t i = 0; range.kind == ParameterKind::gain && i < range.count; ++i) {
            double& gain = naive.parameters[static_cast<std::size_t>(range.begin + i)];
            if (gain == 0) gain = 0.7;
        }
    }
    naive.mode = reference::Mode::soft;
    naive.forward(pixels.data(), count);
    std::vector<double> weights;
    for (std::size_t i = 0; i < naive.logits.size(); ++i) weights.push_back(normal(random));
    const std::vector<double> gradient = naive.backward(weights);
    for (const ParameterRange& range : Training<Net>::ranges()) {
        // Along a random direction, all parameters of the range at once.
        std::vector<double> direction;
        double predicted = 0;
        for (std::int64_t i = 0; i < range.count; ++i) {
            direction.push_back(normal(random));
            predicted += direction.back() * gradient[static_cast<std::size_t>(range.begin + i)];
        }
        double norm = 0;
        for (std::int64_t i = 0; i < range.count; ++i) {
            norm += std::pow(gradient[static_cast<std::size_t>(range.begin + i)], 2);
        }
        const std::vector<double> parameters = naive.parameters;
        const double h = 1e-6 / std::sqrt(1 + std::sqrt(norm));  // where it is steep, it bends, too
        double value[2] = {};
        for (const int side : {0, 1}) {
            naive.parameters = parameters;
            for (std::int64_t i = 0; i < range.count; ++i) {
                naive.parameters[static_cast<std::size_t>(range.begin + i)] +=
                    (side == 0 ? -h : h) * direction[static_cast<std::size_t>(i)];
            }
            naive.forward(pixels.data(), count);
            for (std::size_t k = 0; k < weights.size(); ++k) value[side] += weights[k] * naive.logits[k];
        }
        naive.parameters = parameters;
        INFO("row " << range.row << " kind " << static_cast<int>(range.kind));
        CHECK(std::fabs((value[1] - value[0]) / (2 * h) - predicted) <= 1e-6 * (1 + std::sqrt(norm)));
    }
}

}  // namespace comparison
