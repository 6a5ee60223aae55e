// The codes of an activation, as a conversion looks at them, and the unit in which they serve real activations best.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// The codes of a step; of logits none, which are compared as they are.
struct Grid {
    CodeRange codes{};
    std::int64_t denominator = 1;
    std::int64_t code_spacing = 1;
    bool rounds = true;

    /// The value of the code to which `value` goes.
    [[nodiscard]] double quantized(double value) const {
        if (!rounds) return value;
        const auto step = static_cast<double>(code_spacing);
        const auto lowest = static_cast<double>(codes.lowest);
        const double level = std::floor((value * static_cast<double>(denominator) - lowest) / step + 0.5);
        const double last = static_cast<double>((codes.highest - codes.lowest) / code_spacing);
        return (lowest + step * std::clamp(level, 0.0, last)) / static_cast<double>(denominator);
    }
    /// `value`, clipped to the values of the codes.
    [[nodiscard]] double clipped(double value) const {
        if (!rounds) return value;
        const auto d = static_cast<double>(denominator);
        return std::clamp(value, static_cast<double>(codes.lowest) / d, static_cast<double>(codes.highest) / d);
    }
};

/// The unit in which real activations are measured by codes 0 ... highest / denominator, so that rounding and clipping
/// lose least: of 40 shares of the largest value the one with the smallest squared error.
[[gnu::cold]] inline double fit_range(const std::vector<float>& values, const Grid& grid) {
    const bool is_signed = grid.codes.lowest < 0;
    double largest = 0;
    for (const float v : values) {
        const auto value = static_cast<double>(v);
        largest = std::max(largest, is_signed ? std::fabs(value) : value);
    }
    if (!(largest > 0)) return 1;
    const double top = static_cast<double>(grid.codes.highest) / static_cast<double>(grid.denominator);
    double best = largest / top;
    double least = std::numeric_limits<double>::infinity();
    for (int share = 40; share >= 1; --share) {
        const double unit = largest * share / (40 * top);
        double error = 0;
        for (const float v : values) {
            const double value = is_signed ? static_cast<double>(v) : std::max(0.0, static_cast<double>(v));
            const double e = unit * grid.quantized(value / unit) - value;
            error += e * e;
        }
        if (error < least) {
            least = error;
            best = unit;
        }
    }
    return best;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
