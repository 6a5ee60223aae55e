// What a number belongs to: a scale, a threshold, a mean, a gain.
#pragma once

#include <cstdint>

namespace intaglio {

/// How many numbers share one statistic or one parameter. PyTorch and Brevitas say "per tensor" for `layer`.
enum class Per : std::int8_t {
    nothing,  ///< there is none
    element,  ///< each number has its own
    channel,  ///< those of one channel: all pixels of it, or all weights of one output
    layer     ///< all of a layer
};

}  // namespace intaglio
