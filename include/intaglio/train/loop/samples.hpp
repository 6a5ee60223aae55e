// Labelled images in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/host/labels.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Labelled images, owned by somebody else: `count` times `pixels` codes and one label each, an integer of any type.
/// Pixel is the type of a network's input codes.
template <class Pixel>
struct BasicSamples {
    std::span<const Pixel> pixels;
    Labels labels;

    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// Labelled images of 8 bits per value.
using Samples = BasicSamples<std::uint8_t>;

namespace train {

/// Throws std::invalid_argument unless there are samples, `pixels` codes for each label, and only labels of the
/// `classes` (see Labels::check); `name` says which samples they are.
[[gnu::cold]] inline void check_samples(std::size_t found, const Labels& labels, std::int64_t pixels,
                                        std::int32_t classes, const char* name) {
    const auto expected = static_cast<std::uint64_t>(labels.size()) * static_cast<std::uint64_t>(pixels);
    if (labels.empty() || found != expected) {
        throw std::invalid_argument(joined({name, ": expected ", expected, " pixels for ", labels.size(),
                                            " labels and images of ", pixels, ", found ", found}));
    }
    labels.check(classes, name);
}

/// The order of the samples in an epoch (from 0), a function of seed and epoch alone (Fisher and Yates).
[[gnu::cold]] inline void shuffle(std::vector<std::uint32_t>& order, std::uint64_t seed, std::int64_t epoch) {
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    Random random(seed, (std::uint64_t{1} << 32) + static_cast<std::uint64_t>(epoch));
    for (std::size_t i = order.size() - 1; i > 0; --i) {
        std::swap(order[i], order[random.below(static_cast<std::uint32_t>(i + 1))]);
    }
}

}  // namespace train
}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
