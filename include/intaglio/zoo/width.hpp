// The width multiplier of the zoo's networks.
#pragma once

#include <cstdint>

#include "intaglio/model/geometry.hpp"

namespace intaglio::zoo {

/// All hidden channel counts of a network times Numerator / Denominator, rounded to the nearest, at least 1.
template <std::int32_t Numerator, std::int32_t Denominator = 1>
struct WidthMultiplier {
    static_assert(Numerator > 0 && Denominator > 0, "a width multiplier is a positive fraction");
    static constexpr std::int32_t channels(std::int32_t full) {
        const std::int64_t scaled =
            (2 * std::int64_t{full} * Numerator + Denominator) / (2 * std::int64_t{Denominator});
        return scaled < 1 ? 1 : static_cast<std::int32_t>(scaled);
    }
};

/// `Out` with the channels of a width.
template <class Multiplier, std::int32_t Channels>
using Wide = Out<Multiplier::channels(Channels)>;

}  // namespace intaglio::zoo
