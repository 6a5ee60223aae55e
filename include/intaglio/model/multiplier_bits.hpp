// How wide the multipliers of an integer program are.
#pragma once

#include "intaglio/model/options.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(multiplier_takes_1_to_31_bits)

/// Option of `Defaults`: the multipliers of steps with more than `max_thresholds` positions and of the logits have at
/// most `Bits` bits, 1 ... 31 (31 if not given), for processors on which narrow products are cheap. Integer scales have
/// a precision of their own.
template <int Bits>
struct MultiplierBits {
    using option = option::multiplier_bits;
    static constexpr int bits = Bits;
    static constexpr Problem problem() {
        if (1 <= Bits && Bits <= 31) return {};
        return {.kind = &multiplier_takes_1_to_31_bits, .expected = Bits < 1 ? 1 : 31, .found = Bits};
    }
};

}  // namespace intaglio
