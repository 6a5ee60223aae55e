// What a run was made of, as checksums that a checkpoint compares.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/checksum.hpp"
#include "intaglio/train/loop/augmentation.hpp"
#include "intaglio/train/loop/samples.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// How many samples tell what a function does to all of them.
inline constexpr std::int64_t probes = 16;

/// Of all codes and labels; the type of the labels does not matter.
template <class Pixel>
[[gnu::cold]] std::uint64_t samples_checksum(const BasicSamples<Pixel>& samples) {
    Checksum sum;
    sum.add(samples.pixels);
    std::array<std::int64_t, 64> block{};
    for (std::size_t begin = 0; begin < samples.labels.size(); begin += block.size()) {
        const std::size_t count = std::min(block.size(), samples.labels.size() - begin);
        for (std::size_t i = 0; i < count; ++i) block[i] = samples.labels[begin + i];
        sum.add(std::span<const std::int64_t>(block).first(count));
    }
    return sum.value();
}

/// Of what an augmentation makes of the first samples in the first epoch.
template <class Pixel>
[[gnu::cold]] std::uint64_t augmentation_checksum(const Augment<Pixel>& augment, const BasicSamples<Pixel>& samples,
                                                  std::size_t pixels, std::uint64_t seed) {
    Checksum sum;
    std::vector<Pixel> image(pixels);
    for (std::int64_t i = 0; i < std::min(probes, samples.count()); ++i) {
        const auto sample = samples.pixels.subspan(static_cast<std::size_t>(i) * pixels, pixels);
        std::copy(sample.begin(), sample.end(), image.begin());
        Random random = train::augmentation_random(seed, 0, static_cast<std::uint32_t>(i));
        augment(std::span<Pixel>(image), random);
        sum.add(std::span<const Pixel>(image));
    }
    return sum.value();
}

/// Of parameters and statistics, as single-precision numbers: the last bits of a statistic differ between compilers.
template <class Net>
[[gnu::cold]] std::uint64_t parameters_checksum(Training<Net>& training) {
    std::vector<train::NamedNumbers> list{{"parameters", training.parameters()}};
    training.add_persistent(list);
    Checksum sum;
    for (const train::NamedNumbers& numbers : list) {
        std::visit(
            [&](auto values) {
                for (const auto value : values) {
                    const auto single = static_cast<float>(value);
                    sum.add(std::span<const float>(&single, 1));
                }
            },
            numbers.values);
    }
    return sum.value();
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
