// What the tests of conversions share: data that can be learnt, a trained teacher, the parameters of a row.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "intaglio/core/random.hpp"
#include "intaglio/tandem/convert.hpp"

namespace tools {

/// Images of side x side pixels and four classes: one quarter of the rows is brighter than the others.
struct Quarters {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;

    Quarters(int count, int side, std::uint64_t seed) {
        intaglio::Random random(seed);
        for (int i = 0; i < count; ++i) {
            const auto label = static_cast<std::uint8_t>(random.below(4));
            for (int p = 0; p < side * side; ++p) {
                const bool bright = 4 * p / (side * side) == label;
                pixels.push_back(static_cast<std::uint8_t>(bright ? 80 + random.below(176) : random.below(192)));
            }
            labels.push_back(label);
        }
    }
    [[nodiscard]] intaglio::Samples samples() const { return {pixels, labels}; }
};

/// A teacher that has learnt them.
template <class Teacher>
struct Taught {
    Taught(const Quarters& data, std::int64_t epochs, std::int64_t capacity = 50) : training(capacity, 1, 3) {
        intaglio::Trainer<Teacher> trainer(training, data.samples(),
                                           {.optimizer = {.learning_rate = 0.01},
                                            .epochs = epochs,
                                            .batch = 25,
                                            .seed = 7,
                                            .loss = intaglio::CrossEntropyAndSquares{.gamma = 0}});
        trainer.fit();
        trainer.reestimate_statistics();
    }
    intaglio::Training<Teacher> training;
};

/// All numbers of a network in training.
template <class Net>
std::vector<double> numbers_of(intaglio::Training<Net>& training) {
    std::vector<double> all(training.parameters().begin(), training.parameters().end());
    std::vector<intaglio::train::NamedNumbers> list;
    training.add_persistent(list);
    for (const intaglio::train::NamedNumbers& numbers : list) {
        std::visit([&](auto values) { all.insert(all.end(), values.begin(), values.end()); }, numbers.values);
    }
    return all;
}

/// The ranges of a student's parameters that differ from `before`.
template <class Net>
std::vector<intaglio::ParameterRange> changed_ranges(const intaglio::Training<Net>& training,
                                                     const std::vector<float>& before) {
    std::vector<intaglio::ParameterRange> changed;
    for (const intaglio::ParameterRange& range : intaglio::Training<Net>::ranges()) {
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            const auto at = static_cast<std::size_t>(i);
            if (training.parameters()[at] == before[at]) continue;
            changed.push_back(range);
            break;
        }
    }
    return changed;
}

inline std::string message_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no exception";
}
inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Options for small sets.
inline intaglio::tandem::Options small_options(std::int64_t epochs) {
    intaglio::tandem::Options options;
    options.stage1 = {.samples = 100, .pixels = 16, .minimum = 50};
    options.stage2.epochs = epochs;
    options.stage2.learning_rate = 3e-3;
    options.batch = 25;
    return options;
}

}  // namespace tools
