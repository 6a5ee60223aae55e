// The proof that the integer program computes what training's evaluation computes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "intaglio/model/codes.hpp"

namespace intaglio::train {

/// What the comparison of the two programs found. Both sides of a step are monotone functions of an integer, so that
/// equal positions of all steps mean equal codes for every accumulator value that can occur.
struct Certificate {
    std::int64_t range_values = 0;       ///< accumulator values that are covered, over all channels
    std::int64_t steps_compared = 0;     ///< step positions found by bisection, over all channels
    std::int64_t weights_compared = 0;   ///< weight codes read back from the packed parameters
    std::int64_t logits_compared = 0;    ///< multipliers and addends of the logits
    std::int64_t differences = 0;        ///< 0 for a correct program
    double largest_distance = 0;         ///< of a code to the real-valued function at a step, in codes
    std::string first_difference;        ///< where, for a person

    [[nodiscard]] bool proven() const { return differences == 0; }

    void difference(const std::string& where) {
        if (differences++ == 0) first_difference = where;
    }
};

/// A step of all channels: reads one accumulator per channel, writes one code per channel.
using StepFunction = std::function<void(const std::int32_t* accumulators, std::int32_t* codes)>;
/// A real-valued function of (channel, accumulator), in units of codes.
using RealFunction = std::function<double(std::int64_t channel, std::int64_t accumulator)>;

/// Compares two monotone step functions on the whole range of accumulators; `real` is what both stand for.
inline void compare_steps(CodeRange accumulator, CodeRange codes, std::int64_t channels, const StepFunction& first,
                          const StepFunction& second, const RealFunction& real, const std::string& where,
                          Certificate& certificate) {
    const auto n = static_cast<std::size_t>(channels);
    certificate.range_values += accumulator.states() * channels;

    // For each channel the values at both ends give the direction; then each position is found by bisection.
    struct Probe {
        std::vector<std::int32_t> accumulators;
        std::vector<std::int32_t> codes;
    };
    Probe low{std::vector<std::int32_t>(n, static_cast<std::int32_t>(accumulator.lowest)), std::vector<std::int32_t>(n)};
    Probe high{std::vector<std::int32_t>(n, static_cast<std::int32_t>(accumulator.highest)), std::vector<std::int32_t>(n)};
    Probe low2 = low;
    Probe high2 = high;
    first(low.accumulators.data(), low.codes.data());
    first(high.accumulators.data(), high.codes.data());
    second(low2.accumulators.data(), low2.codes.data());
    second(high2.accumulators.data(), high2.codes.data());
    for (std::size_t c = 0; c < n; ++c) {
        if (low.codes[c] != low2.codes[c] || high.codes[c] != high2.codes[c]) {
            certificate.difference(where + ", channel " + std::to_string(c) + ": codes at the ends of the range differ");
        }
    }

    // position(m): the first accumulator whose code is beyond level m in the direction of the function.
    const auto positions = [&](const StepFunction& evaluate, std::int64_t level, const Probe& lowest, const Probe& highest) {
        std::vector<std::int64_t> begin(n, accumulator.lowest);       // not beyond, or the start
        std::vector<std::int64_t> end(n, accumulator.highest + 1);    // beyond, or past the end
        Probe probe{std::vector<std::int32_t>(n), std::vector<std::int32_t>(n)};
        for (std::int64_t width = accumulator.states(); width > 0; width /= 2) {
            for (std::size_t c = 0; c < n; ++c) {
                const std::int64_t middle = begin[c] + (end[c] - begin[c]) / 2;
                probe.accumulators[c] = static_cast<std::int32_t>(std::min(middle, accumulator.highest));
            }
            evaluate(probe.accumulators.data(), probe.codes.data());
            for (std::size_t c = 0; c < n; ++c) {
                if (begin[c] >= end[c]) continue;
                const bool rising = highest.codes[c] >= lowest.codes[c];
                const bool beyond = rising ? probe.codes[c] > level : probe.codes[c] <= level;
                if (beyond) {
                    end[c] = probe.accumulators[c];
                } else {
                    begin[c] = std::int64_t{probe.accumulators[c]} + 1;
                }
            }
        }
        return begin;
    };
    for (std::int64_t level = codes.lowest; level < codes.highest; ++level) {
        const std::vector<std::int64_t> a = positions(first, level, low, high);
        const std::vector<std::int64_t> b = positions(second, level, low2, high2);
        for (std::size_t c = 0; c < n; ++c) {
            ++certificate.steps_compared;
            if (a[c] != b[c]) {
                certificate.difference(where + ", channel " + std::to_string(c) + ", step " +
                                       std::to_string(level - codes.lowest) + ": training steps at accumulator " +
                                       std::to_string(a[c]) + ", the integer program at " + std::to_string(b[c]));
            }
            if (a[c] <= accumulator.lowest || a[c] > accumulator.highest) continue;
            // At a step the real function lies half a code from both neighbours.
            const double middle = static_cast<double>(level) + 0.5;
            const double before = std::fabs(real(static_cast<std::int64_t>(c), a[c] - 1) - middle);
            const double after = std::fabs(real(static_cast<std::int64_t>(c), a[c]) - middle);
            const bool rising = high.codes[c] >= low.codes[c];
            const double value_before = real(static_cast<std::int64_t>(c), a[c] - 1);
            const double value_after = real(static_cast<std::int64_t>(c), a[c]);
            double distance = 0.5;
            if (rising ? value_before > middle : value_before < middle) distance = std::max(distance, 0.5 + before);
            if (rising ? value_after < middle : value_after > middle) distance = std::max(distance, 0.5 + after);
            certificate.largest_distance = std::max(certificate.largest_distance, distance);
        }
    }
}

}  // namespace intaglio::train
