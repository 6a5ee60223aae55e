// The arithmetic of weights on a symmetric grid of states.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// code = round half away from zero of D_w * What / 3, clamped (P2.6), (P2.7); D_w = (M_w - 1) / 2.
template <M_w Count, class Surrogate>
struct WeightCode<States<Count, Surrogate>> {
    template <class Float>
    static std::int8_t code(Float standardized) {
        INTAGLIO_STRICT_FLOATS
        constexpr Float highest = static_cast<Float>(States<Count>::codes.highest);
        const Float scaled = highest * standardized / Float{3};
        const Float magnitude = std::floor(std::fabs(scaled) + Float{0.5});
        const Float clamped = magnitude < highest ? magnitude : highest;
        return static_cast<std::int8_t>(scaled < 0 ? -clamped : clamped);
    }
    template <class Float>
    static Float gradient(Float standardized) {
        return WeightSurrogate<Surrogate>::at(standardized);
    }
};

/// value = round half away from zero of D_w * What / 3, over D_w = M_w / 2, clamped to -1 ... 1.
template <M_w Count, class Surrogate>
struct WeightCode<LiteralStates<Count, Surrogate>> {
    template <class Float>
    static Float value(Float standardized) {
        constexpr Float step = static_cast<Float>(Count.count) / Float{2};
        const Float magnitude = std::floor(std::fabs(step * standardized / Float{3}) + Float{0.5}) / step;
        const Float clamped = magnitude < Float{1} ? magnitude : Float{1};
        return standardized < 0 ? -clamped : clamped;
    }
    template <class Float>
    static Float gradient(Float standardized) {
        return WeightSurrogate<Surrogate>::at(standardized);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
