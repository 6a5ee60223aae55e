// Models of random numbers whose steps lie where accumulators are, so that all codes occur: no training is needed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "intaglio/canonical/model.hpp"
#include "intaglio/canonical/network.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/model/facts.hpp"

namespace random_model {

using namespace intaglio;

inline std::int64_t between(Random& random, std::int64_t lowest, std::int64_t highest) {
    return lowest + static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(highest - lowest + 1)));
}

/// Where the accumulators of a value mostly are: its middle, and how far they spread on either side.
struct Spread {
    std::int64_t middle;
    std::int64_t width;
};
inline Spread spread_of(const FactsView& facts, const Row& step) {
    const Value& in = facts.value(step.input);
    double terms = 4;
    for (const Row& row : facts.rows) {
        if (row.weights > 0 && row.output <= step.input) terms = static_cast<double>(row.extents.fan_in());
    }
    const bool is_centred = in.codes.lowest < 0;
    const double range = static_cast<double>(in.codes.highest - in.codes.lowest);
    const double width = is_centred ? range / (2 * std::sqrt(terms)) : range / 4;
    return {is_centred ? 0 : (in.codes.lowest + in.codes.highest) / 2, static_cast<std::int64_t>(width) + 2};
}

/// Where thresholds of a channel lie: anywhere, or where a line of accumulators rounds to the next code, as after
/// training.
enum class Thresholds { anywhere, on_a_line };

inline std::vector<std::int32_t> thresholds_on_a_line(Spread spread, std::size_t levels, Random& random) {
    const double distance =
        static_cast<double>(spread.width * between(random, 60, 140)) / 100 / static_cast<double>(levels);
    const double middle =
        static_cast<double>(spread.middle) + static_cast<double>(spread.width * between(random, -1000, 1000)) / 3000;
    std::vector<std::int32_t> sorted(levels);
    for (std::size_t m = 0; m < levels; ++m) {
        const double steps = static_cast<double>(m) + 0.5 - static_cast<double>(levels) / 2;
        sorted[m] = static_cast<std::int32_t>(std::ceil(middle + distance * steps));
    }
    return sorted;
}

inline void fill_step(const FactsView& facts, const Row& row, Random& random, Thresholds thresholds,
                      RowNumbers& numbers) {
    const auto channels = static_cast<std::size_t>(facts.value(row.output).shape.channels);
    const Spread spread = spread_of(facts, row);
    if (row.has_thresholds()) {
        const auto levels = static_cast<std::size_t>(row.steps);
        const auto same = static_cast<std::size_t>(row.code_spacing);
        numbers.thresholds.resize(levels * channels);
        for (std::size_t c = 0; c < channels; ++c) {
            numbers.falling.push_back(random.below(4) == 0 ? 1 : 0);
            std::vector<std::int32_t> sorted(levels / same);
            for (auto& threshold : sorted) {
                threshold = static_cast<std::int32_t>(
                    between(random, spread.middle - spread.width, spread.middle + spread.width));
            }
            std::sort(sorted.begin(), sorted.end());
            if (thresholds == Thresholds::on_a_line) sorted = thresholds_on_a_line(spread, levels / same, random);
            if (numbers.falling[c] != 0) {
                for (auto& threshold : sorted) threshold = -1 - threshold;
                std::reverse(sorted.begin(), sorted.end());
            }
            // Now and then a channel that never changes.
            if (random.below(16) == 0) std::fill(sorted.begin(), sorted.end(), INT32_MAX);
            for (std::size_t m = 0; m < levels; ++m) numbers.thresholds[m * channels + c] = sorted[m / same];
        }
        return;
    }
    const auto count = static_cast<std::size_t>(row.scale.multipliers(static_cast<std::int64_t>(channels)));
    const double slope = static_cast<double>(row.codes.states()) / static_cast<double>(2 * spread.width);
    const int bits = std::min(row.scale.precision, 24);
    int shift = 1;
    while (shift < 40 && slope * std::ldexp(1.0, shift + 1) < std::ldexp(0.9, bits)) ++shift;
    for (std::size_t i = 0; i < count; ++i) {
        const auto multiplier = static_cast<std::int32_t>(slope * std::ldexp(1.0, shift));
        numbers.multipliers.push_back(std::max(1, multiplier - static_cast<std::int32_t>(random.below(2))));
        numbers.shifts.push_back(static_cast<std::uint8_t>(shift));
    }
    const std::int64_t middle = (row.codes.lowest + row.codes.highest) / 2;
    for (std::int64_t i = 0; i < row.scale.addends(static_cast<std::int64_t>(channels)); ++i) {
        const std::int64_t offset = (middle << shift) - spread.middle * numbers.multipliers[0];
        numbers.addends.push_back(offset + between(random, 0, std::int64_t{1} << std::min(shift, 30)));
    }
}

/// A model of any network: weights over all their states, steps, logits.
inline ModelNumbers make(const FactsView& facts, std::uint64_t seed, Thresholds thresholds = Thresholds::anywhere) {
    Random random(seed);
    ModelNumbers model;
    model.logit_exponent = 8;
    for (std::size_t i = 0; i < facts.rows.size; ++i) {
        const Row& row = facts.rows[i];
        RowNumbers numbers;
        const std::int64_t range = row.weight_codes.highest - row.weight_codes.lowest;
        const std::int64_t spacing = row.weight_states == 2 ? range : 1;
        for (std::int64_t w = 0; w < row.weights; ++w) {
            numbers.weights.push_back(
                static_cast<std::int8_t>(row.weight_codes.lowest + spacing * between(random, 0, range / spacing)));
        }
        if (row.steps > 0) fill_step(facts, row, random, thresholds, numbers);
        for (std::int64_t entry = 0; entry < row.table; ++entry) {
            numbers.numbers.push_back(between(random, row.codes.lowest, row.codes.highest));
        }
        if (i + 1 == facts.rows.size) {
            const std::int64_t classes = facts.value(row.output).shape.channels;
            for (std::int64_t c = 0; c < row.scale.multipliers(classes); ++c) {
                numbers.multipliers.push_back(static_cast<std::int32_t>(between(random, 1, 1000)));
            }
            for (std::int64_t c = 0; c < row.scale.addends(classes); ++c) {
                numbers.addends.push_back(between(random, -100'000, 100'000));
            }
        }
        model.rows.push_back(numbers);
    }
    return model;
}

/// The first such model of a network that tells random images apart: the steps of others leave nothing of them.
template <class Net>
Model<Net> telling(Thresholds thresholds = Thresholds::anywhere) {
    using Pixel = typename IntegerNetwork<Net>::Pixel;
    const Value& input = facts<Net>.values[0];
    std::vector<Pixel> image(static_cast<std::size_t>(input.shape.size()));
    Model<Net> model;
    for (std::uint64_t seed = 1; seed < 200; ++seed) {
        static_cast<ModelNumbers&>(model) = make(facts<Net>.view(), seed, thresholds);
        const IntegerNetwork<Net> network(model);
        const auto scratch = network.make_scratch();
        Random random(seed);
        std::int64_t first = 0;
        for (int i = 0; i < 40; ++i) {
            for (Pixel& code : image) {
                code = static_cast<Pixel>(between(random, input.codes.lowest, input.codes.highest));
            }
            const std::int64_t logit = network.program().logits(image.data(), *scratch)[0];
            if (i == 0) first = logit;
            if (logit != first) return model;
        }
    }
    throw std::runtime_error("all images have the same logits: the models test nothing");
}

}  // namespace random_model
