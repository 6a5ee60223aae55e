// Activations whose codes are a grid of one's own.
#pragma once

#include <cstdint>

#include "intaglio/model/activations.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(denominator_of_a_grid_must_lie_within_1_and_65536)

/// Activation with the codes Lowest ... Highest, of which a code stands for code / Denominator: code = round half up of
/// Denominator * value, clamped. GridAct<-128, 127, 16> covers -8 ... 7.94, GridAct<0, 252, 42> is a ReLU6 in 253
/// states. There are 2 to 256 codes.
template <std::int32_t Lowest, std::int32_t Highest, std::int32_t Denominator,
          class SurrogateGradient = StraightThrough>
struct GridAct {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr CodeRange codes{Lowest, Highest};
    static constexpr std::int64_t denominator = Denominator < 1 ? 1 : Denominator;
    static constexpr Problem problem() {
        if (1 <= Denominator && Denominator <= 65536) return {};
        return {.kind = &denominator_of_a_grid_must_lie_within_1_and_65536,
                .expected = Denominator < 1 ? 1 : 65536,
                .found = Denominator};
    }
};

}  // namespace intaglio
