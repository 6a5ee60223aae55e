// The proofs that a model computes what training's evaluation computes, and a packed program what its model computes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// What a comparison found. Both sides of a step are monotone functions of an integer, so that equal positions of all
/// steps mean equal codes for every accumulator value that can occur.
struct Certificate {
    std::int64_t range_values = 0;      ///< accumulator values that are covered, over all channels
    std::int64_t steps_compared = 0;    ///< step positions found by bisection, over all channels
    std::int64_t weights_compared = 0;  ///< weight codes, read back where they are packed
    std::int64_t logits_compared = 0;   ///< multipliers and addends of the logits
    std::int64_t differences = 0;       ///< 0 for a correct model or program
    double largest_distance = 0;        ///< of a code to the real-valued function at a step, in codes
    std::string first_difference;       ///< where, for a person

    /// Whether nothing differs.
    [[nodiscard]] bool proven() const { return differences == 0; }

    /// Merges what a second proof found about the same numbers, which are counted once.
    [[gnu::cold]] void add_proof(const Certificate& other) {
        if (differences == 0) first_difference = other.first_difference;
        differences += other.differences;
        weights_compared = std::min(weights_compared, other.weights_compared);
        steps_compared = std::min(steps_compared, other.steps_compared);
    }

    [[gnu::cold]] void difference(const std::string& where) {
        if (differences++ == 0) first_difference = where;
    }
};

/// A step of all channels: reads one accumulator per channel, writes one code per channel.
using StepFunction = std::function<void(const std::int32_t* accumulators, std::int32_t* codes)>;
/// A real-valued function of (channel, accumulator), in units of codes.
using FloatFunction = std::function<double(std::int64_t channel, std::int64_t accumulator)>;

namespace canonical_detail {

/// A monotone step function of every channel, asked for codes and for the positions of its steps.
class StepProbe {
  public:
    [[gnu::cold]] StepProbe(const StepFunction& step, CodeRange accumulators, std::size_t channels)
        : step_(step),
          range_(accumulators),
          accumulators_(channels),
          codes_(channels),
          at_lowest_(codes_at(range_.lowest)),
          at_highest_(codes_at(range_.highest)) {}

    [[nodiscard]] bool rising(std::size_t channel) const { return at_highest_[channel] >= at_lowest_[channel]; }
    [[nodiscard]] bool same_ends(const StepProbe& other, std::size_t channel) const {
        return at_lowest_[channel] == other.at_lowest_[channel] && at_highest_[channel] == other.at_highest_[channel];
    }

    /// Per channel the first accumulator past the step between `level` and `level` + 1; one past the range
    /// if none does. Found by bisection, for all channels at once.
    [[gnu::cold]] std::vector<std::int64_t> positions(std::int64_t level) {
        std::vector<std::int64_t> begin(codes_.size(), range_.lowest);
        std::vector<std::int64_t> end(codes_.size(), range_.highest + 1);
        for (std::int64_t width = range_.states(); width > 0; width /= 2) {
            for (std::size_t c = 0; c < codes_.size(); ++c) {
                const std::int64_t middle = begin[c] + (end[c] - begin[c]) / 2;
                accumulators_[c] = static_cast<std::int32_t>(std::min(middle, range_.highest));
            }
            step_(accumulators_.data(), codes_.data());
            for (std::size_t c = 0; c < codes_.size(); ++c) {
                if (begin[c] >= end[c]) continue;
                const bool behind = rising(c) ? codes_[c] > level : codes_[c] <= level;
                (behind ? end[c] : begin[c]) = std::int64_t{accumulators_[c]} + (behind ? 0 : 1);
            }
        }
        return begin;
    }

  private:
    [[gnu::cold]] std::vector<std::int32_t> codes_at(std::int64_t accumulator) {
        std::fill(accumulators_.begin(), accumulators_.end(), static_cast<std::int32_t>(accumulator));
        step_(accumulators_.data(), codes_.data());
        return codes_;
    }

    const StepFunction& step_;
    CodeRange range_;
    std::vector<std::int32_t> accumulators_;
    std::vector<std::int32_t> codes_;
    std::vector<std::int32_t> at_lowest_;
    std::vector<std::int32_t> at_highest_;
};

/// How far the code next to a step at `position` is from the real function: half a code if the step is where it
/// belongs.
inline double step_distance(const FloatFunction& real, std::int64_t channel, std::int64_t position, double middle,
                            bool rising) {
    const double sign = rising ? 1 : -1;
    const double early = sign * (real(channel, position - 1) - middle);  // not positive if the step is not late
    const double late = sign * (middle - real(channel, position));       // not positive if the step is not early
    return 0.5 + std::max({0.0, early, late});
}

}  // namespace canonical_detail

/// Two sides of a comparison, and where in the network they are compared.
struct Sides {
    std::string where;
    const char* first;   ///< who the first one is, for a sentence: "training"
    const char* second;  ///< "the model"
};

/// Compares two monotone step functions on the whole range of accumulators; `real` is what both stand for, in codes
/// of which neighbours lie `code_spacing` apart, or empty if that is not to be checked. A function is equal to itself.
[[gnu::cold]] inline void compare_steps(CodeRange accumulators, CodeRange codes, std::int64_t channels,
                                        const StepFunction& first, const StepFunction& second,
                                        const FloatFunction& real, std::int64_t code_spacing, const Sides& sides,
                                        Certificate& certificate) {
    const auto n = static_cast<std::size_t>(channels);
    canonical_detail::StepProbe left(first, accumulators, n);
    canonical_detail::StepProbe right(second, accumulators, n);
    certificate.range_values += accumulators.states() * channels;
    for (std::size_t c = 0; c < n; ++c) {
        if (!left.same_ends(right, c)) {
            certificate.difference(joined({sides.where, ", channel ", c, ": codes at the ends of the range differ"}));
        }
    }
    for (std::int64_t level = codes.lowest; level < codes.highest; ++level) {
        const std::vector<std::int64_t> a = left.positions(level);
        const std::vector<std::int64_t> b = &first == &second ? a : right.positions(level);
        const std::int64_t below = codes.lowest + (level - codes.lowest) / code_spacing * code_spacing;
        const double middle = static_cast<double>(below) + 0.5 * static_cast<double>(code_spacing);
        for (std::size_t c = 0; c < n; ++c) {
            ++certificate.steps_compared;
            if (a[c] != b[c]) {
                certificate.difference(
                    joined({sides.where, ", channel ", c, ", step ", level - codes.lowest, ": ", sides.first,
                            " steps at accumulator ", a[c], ", ", sides.second, " at ", b[c]}));
            }
            // A step at an end of the range was clamped to it.
            if (!real || a[c] <= accumulators.lowest || a[c] > accumulators.highest) continue;
            certificate.largest_distance = std::max(
                certificate.largest_distance,
                canonical_detail::step_distance(real, static_cast<std::int64_t>(c), a[c], middle, left.rising(c)));
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
