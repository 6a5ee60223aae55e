// What the tests of training share: random parameters, codes as plain numbers, a problem that can be learnt.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/train/program.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/reference_network.hpp"

namespace tools {

/// How far biases push the values of all channels.
enum class Biases { moderate, all_low, all_high, mixed };

/// Random weights, some units constant unless moderate; gains of both signs, some exactly zero; random biases.
template <class Net>
void randomize_parameters(intaglio::Training<Net>& training, std::mt19937& random, Biases biases) {
    std::normal_distribution<float> normal;
    const auto uniform = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
    for (const intaglio::ParameterRange& range : intaglio::Training<Net>::ranges()) {
        float* p = training.parameters().data() + range.begin;
        const std::int64_t fan_in = intaglio::facts<Net>.row(range.row).extents.fan_in();
        const float spread = std::exp(normal(random));
        bool constant = false;
        for (std::int64_t i = 0; i < range.count; ++i) {
            switch (range.kind) {
                case intaglio::ParameterKind::weight:
                    if (i % fan_in == 0) constant = biases != Biases::moderate && uniform(8) == 0;
                    p[i] = constant ? 0.25F : spread * normal(random);
                    break;
                case intaglio::ParameterKind::gain:
                    p[i] = (uniform(2) == 0 ? -1.0F : 1.0F) * (0.5F + std::fabs(normal(random)));
                    // One gain for all that is zero leaves nothing to look at in front of it.
                    if (uniform(6) == 0 && (range.count > 1 || biases != Biases::moderate)) {
                        p[i] = uniform(2) == 0 ? 0.0F : -0.0F;
                    }
                    break;
                case intaglio::ParameterKind::bias: {
                    const int push = biases == Biases::all_low    ? -1
                                     : biases == Biases::all_high ? 1
                                     : biases == Biases::mixed    ? uniform(3) - 1
                                                                  : 0;
                    p[i] = 0.4F + 0.5F * normal(random) + 100.0F * static_cast<float>(push);
                    break;
                }
                case intaglio::ParameterKind::quantizer:
                    p[i] = 0.2F * std::exp(normal(random));
                    break;
            }
        }
    }
    training.parameters_changed();
}

/// Running statistics in the neighbourhood of those of the last pass.
template <class Net>
void randomize_running_statistics(intaglio::Training<Net>& training, std::mt19937& random) {
    std::normal_distribution<double> normal;
    intaglio::Training<Net>::each([&]<std::size_t I>() {
        auto& state = training.template state<I>();
        if constexpr (requires { state.running_mean; }) {
            for (std::size_t s = 0; s < state.running_mean.size(); ++s) {
                state.running_mean[s] = state.mean[s] + 0.5 * state.deviation[s] * normal(random);
                state.running_variance[s] = state.deviation[s] * state.deviation[s] * std::exp(normal(random));
            }
        }
    });
}

/// Running means, then variances, of each norm in turn.
template <class Net>
std::vector<double> running_statistics(const intaglio::Training<Net>& training) {
    std::vector<double> all;
    intaglio::Training<Net>::each([&]<std::size_t I>() {
        const auto& state = training.template state<I>();
        if constexpr (requires { state.running_mean; }) {
            all.insert(all.end(), state.running_mean.begin(), state.running_mean.end());
            all.insert(all.end(), state.running_variance.begin(), state.running_variance.end());
        }
    });
    return all;
}

/// The codes of all values of the last pass, per value and for all images; empty for values that share memory.
template <class Net>
std::vector<std::vector<std::int64_t>> all_codes(intaglio::Training<Net>& training, std::int64_t images) {
    std::vector<std::vector<std::int64_t>> result(static_cast<std::size_t>(intaglio::facts<Net>.value_count));
    intaglio::Training<Net>::each([&]<std::size_t I>() {
        constexpr std::int32_t value = intaglio::facts<Net>.rows[I].output;
        if constexpr (intaglio::facts<Net>.value(value).memory == value) {
            for (std::int64_t n = 0; n < images; ++n) {
                const auto codes = training.template codes<value>(n);
                result[static_cast<std::size_t>(value)].insert(result[static_cast<std::size_t>(value)].end(),
                                                               codes.begin(), codes.end());
            }
        }
    });
    return result;
}

/// Canonical weight codes per row; empty for rows without weights.
template <class Net>
std::vector<std::vector<std::int64_t>> all_weight_codes(const intaglio::Training<Net>& training) {
    std::vector<std::vector<std::int64_t>> result(intaglio::Training<Net>::rows);
    intaglio::Training<Net>::each([&]<std::size_t I>() {
        if constexpr (intaglio::facts<Net>.rows[I].weights > 0) {
            result[I].assign(training.template state<I>().codes.begin(), training.template state<I>().codes.end());
        }
    });
    return result;
}

/// The reference with the parameters of `training`, and its statistics if they are to be the running ones. The codes of
/// the last pass decide where a rounding is too close to call.
template <class Net>
reference::Network make_reference(intaglio::Training<Net>& training, std::int64_t images, bool running) {
    reference::Network network = reference::Network::of<Net>();
    network.parameters.assign(training.parameters().begin(), training.parameters().end());
    network.expected_codes = all_codes(training, images);
    network.expected_weights = all_weight_codes(training);
    if (running) {
        network.running_mean.resize(network.rows.size());
        network.running_variance.resize(network.rows.size());
        intaglio::Training<Net>::each([&]<std::size_t I>() {
            if constexpr (requires { training.template state<I>().running_mean; }) {
                network.running_mean[I] = training.template state<I>().running_mean;
                network.running_variance[I] = training.template state<I>().running_variance;
            }
        });
    }
    return network;
}

/// Images whose class is the brightest of `classes` vertical stripes, under noise.
struct Stripes {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;

    Stripes(std::int64_t count, std::int32_t height, std::int32_t width, std::int32_t channels, int classes,
            unsigned seed = 1) {
        std::mt19937 random(seed);
        for (std::int64_t n = 0; n < count; ++n) {
            const int label = static_cast<int>(random() % static_cast<unsigned>(classes));
            labels.push_back(static_cast<std::uint8_t>(label));
            for (std::int32_t i = 0; i < height * width; ++i) {
                const bool bright = i % width * classes / width == label;
                for (std::int32_t c = 0; c < channels; ++c) {
                    pixels.push_back(static_cast<std::uint8_t>((bright ? 120 : 20) + random() % 100));
                }
            }
        }
    }
    [[nodiscard]] intaglio::Samples samples() const { return {pixels, labels}; }
};

}  // namespace tools
