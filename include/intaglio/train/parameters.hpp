// Trained parameters: what they are, and the numbers they start from.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/core/random.hpp"

namespace intaglio {

/// What parameters are: weight decay applies to weights only.
enum class ParameterKind : std::uint8_t { weight, gain, bias };

/// A run of parameters of one kind in one layer.
struct ParameterRange {
    ParameterKind kind;
    std::int32_t row;
    std::int64_t begin;
    std::int64_t count;
    double limit = 0;  ///< largest magnitude that the optimiser leaves them; 0 if there is none
};

namespace train {

/// Normal deviate from two uniform ones (Box and Muller 1958).
inline double normal(Random& random) {
    constexpr double scale = 1.0 / 4294967296.0;
    const double u = (static_cast<double>(random()) + 0.5) * scale;
    const double v = (static_cast<double>(random()) + 0.5) * scale;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586 * v);
}

}  // namespace train
}  // namespace intaglio
