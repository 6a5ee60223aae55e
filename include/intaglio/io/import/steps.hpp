// Steps of the source as steps of the canonical model, with the count of what differs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "intaglio/canonical/model.hpp"
#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/import/chain.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/train/steps/steps.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// A step of the source: the numbers of its row, and for how many accumulators of all channels it gives other codes.
struct ImportedStep {
    RowNumbers numbers;
    std::int64_t different = 0;
    std::int64_t accumulators = 0;
    std::int64_t near = 0;  ///< steps so near to an accumulator that floats of 32 bits decide on which side it lies
};

class StepImporter {
  public:
    [[gnu::cold]] StepImporter(const ScalarChain& chain, const ImportGrid& grid, CodeRange accumulators)
        : chain_(chain), grid_(grid), accumulators_(accumulators) {}

    [[gnu::cold]] [[nodiscard]] ImportedStep import() const {
        ImportedStep step;
        const auto levels = static_cast<std::size_t>(grid_.codes.states() - 1);
        const bool by_thresholds = grid_.codes.states() - 1 <= max_thresholds;
        const std::size_t channels = chain_.channels();
        constexpr std::size_t most = std::size_t{1} << 24;
        if (channels > most / levels) refuse("has too many channels for a step of so many codes");
        if (chain_.other_functions() > 0 && (!by_thresholds || !chain_.is_monotone())) {
            refuse("is a function of accumulators that is no line; a quantiser before it makes codes of them");
        }
        if (by_thresholds) step.numbers.thresholds.resize(levels * channels);
        const ImportAffine affine = chain_.affine();
        for (std::size_t c = 0; c < channels; ++c) {
            const bool falls = chain_.code(c, static_cast<double>(accumulators_.highest)) <
                               chain_.code(c, static_cast<double>(accumulators_.lowest));
            std::vector<std::int64_t> positions(levels);
            for (std::size_t m = 0; m < levels; ++m) {
                positions[m] =
                    m % static_cast<std::size_t>(grid_.spacing) != 0 ? positions[m - 1] : position(c, m, falls);
            }
            for (std::size_t m = 0; m < levels; m += static_cast<std::size_t>(grid_.spacing)) {
                step.near += is_near(c, m, positions[m], falls) ? 1 : 0;
            }
            if (by_thresholds) {
                // acc <= p  <=>  -acc - 1 >= -p - 1; positions are those of -acc.
                for (std::size_t m = 0; m < levels; ++m) {
                    step.numbers.thresholds[m * channels + c] =
                        static_cast<std::int32_t>(positions[m] - (falls ? 1 : 0));
                }
                step.numbers.falling.push_back(falls ? 1 : 0);
            } else {
                add_multiplier(affine, c, falls, positions, step);
            }
        }
        return step;
    }

  private:
    /// The least acc, or -acc where codes fall, with a code above lowest + m; one beyond the largest if there is none.
    [[nodiscard]] std::int64_t position(std::size_t channel, std::size_t m, bool falls) const {
        std::int64_t first = falls ? -accumulators_.highest : accumulators_.lowest;
        std::int64_t last = (falls ? -accumulators_.lowest : accumulators_.highest) + 1;
        const std::int64_t wanted = grid_.codes.lowest + static_cast<std::int64_t>(m) + 1;
        while (first < last) {
            const std::int64_t half = first + (last - first) / 2;
            if (chain_.code(channel, static_cast<double>(falls ? -half : half)) >= wanted) {
                last = half;
            } else {
                first = half + 1;
            }
        }
        return first;
    }

    /// Whether the source's step lies next to a position or to the one before, nearer than floats of 32 bits tell
    /// apart, but not on it, which they compute exactly.
    [[nodiscard]] bool is_near(std::size_t channel, std::size_t m, std::int64_t position, bool falls) const {
        const std::int64_t first = falls ? -accumulators_.highest : accumulators_.lowest;
        const std::int64_t last = falls ? -accumulators_.lowest : accumulators_.highest;
        if (position <= first || position > last) return false;
        const auto at = static_cast<double>(position);
        const double rounding = 0x1p-24 * (std::fabs(at) + 1);
        const double nothing = 0x1p-45 * (std::fabs(at) + 1);
        const std::int64_t wanted = grid_.codes.lowest + static_cast<std::int64_t>(m) + 1;
        const auto reaches = [&](double x) { return chain_.code(channel, falls ? -x : x) >= wanted; };
        return (!reaches(at - rounding) && reaches(at - nothing)) ||
               (reaches(at - 1 + rounding) && !reaches(at - 1 + nothing));
    }

    void add_multiplier(const ImportAffine& affine, std::size_t c, bool falls,
                        const std::vector<std::int64_t>& positions, ImportedStep& step) const {
        const ImportGrid own = chain_.quantizer_grid();
        double slope = affine.slope[c] / own.scale;
        double offset = (affine.offset[c] - own.offset) / own.scale;
        if (chain_.ends_with_thresholds()) {
            // Any thresholds: the line through the first and the last.
            const double width = static_cast<double>(positions.back() - positions.front());
            slope = width == 0 ? 1e6 : static_cast<double>(positions.size() - 1) / width;
            offset =
                static_cast<double>(grid_.codes.lowest) + 0.5 - slope * (static_cast<double>(positions.front()) - 0.5);
            if (falls) slope = -slope;
        }
        const train::Affine in_codes{slope, offset, slope, 1};
        const train::Dyadic dyadic = train::make_dyadic(in_codes, accumulators_, grid_.codes, 1);
        step.numbers.multipliers.push_back(dyadic.multiplier);
        step.numbers.addends.push_back(dyadic.addend);
        step.numbers.shifts.push_back(dyadic.shift);
        step.accumulators += accumulators_.states();
        const auto code = [&](std::int64_t acc) { return (acc * dyadic.multiplier + dyadic.addend) >> dyadic.shift; };
        for (std::size_t m = 0; m < positions.size(); ++m) {
            // Where the multiplier has its step: next to that of the source.
            const std::int64_t wanted = grid_.codes.lowest + static_cast<std::int64_t>(m) + 1;
            std::int64_t first = falls ? -accumulators_.highest : accumulators_.lowest;
            std::int64_t last = (falls ? -accumulators_.lowest : accumulators_.highest) + 1;
            while (first < last) {
                const std::int64_t half = first + (last - first) / 2;
                if (code(falls ? -half : half) >= wanted) {
                    last = half;
                } else {
                    first = half + 1;
                }
            }
            step.different += std::abs(first - positions[m]);
        }
    }

    const ScalarChain& chain_;
    const ImportGrid& grid_;
    CodeRange accumulators_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
