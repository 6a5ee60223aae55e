// The arithmetic of weights on a symmetric grid of states.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::train {

/// code = round half away from zero of D_w * What / 3, clamped (P2.6), (P2.7); D_w = (M_w - 1) / 2.
template <M_w Count, class Surrogate>
struct WeightCode<States<Count, Surrogate>> {
    template <class Real>
    static std::int8_t code(Real standardized) {
        INTAGLIO_STRICT_FLOATS
        constexpr Real highest = static_cast<Real>(States<Count>::codes.highest);
        const Real scaled = highest * standardized / Real{3};
        const Real magnitude = std::floor(std::fabs(scaled) + Real{0.5});
        const Real clamped = magnitude < highest ? magnitude : highest;
        return static_cast<std::int8_t>(scaled < 0 ? -clamped : clamped);
    }
    template <class Real>
    static Real gradient(Real standardized) {
        return WeightSurrogate<Surrogate>::at(standardized);
    }
};

/// value = round half away from zero of D_w * What / 3, over D_w = M_w / 2, clamped to -1 ... 1.
template <M_w Count, class Surrogate>
struct WeightCode<LiteralStates<Count, Surrogate>> {
    template <class Real>
    static Real value(Real standardized) {
        constexpr Real step = static_cast<Real>(Count.count) / Real{2};
        const Real magnitude = std::floor(std::fabs(step * standardized / Real{3}) + Real{0.5}) / step;
        const Real clamped = magnitude < Real{1} ? magnitude : Real{1};
        return standardized < 0 ? -clamped : clamped;
    }
    template <class Real>
    static Real gradient(Real standardized) {
        return WeightSurrogate<Surrogate>::at(standardized);
    }
};

}  // namespace intaglio::train
