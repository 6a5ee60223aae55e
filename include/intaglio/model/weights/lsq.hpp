// Weights with a learned step size.
#pragma once

#include <cstdint>

#include "intaglio/core/codes.hpp"
#include "intaglio/model/options.hpp"
#include "intaglio/model/trained_parameters.hpp"
#include "intaglio/model/weights/standardizations.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(Lsq_takes_2_to_8_bits)

/// Weights of `Bits` bits with a learned step size s (LSQ; Esser et al. 2020, equations (1) to (3)): two's-complement
/// codes -2^(Bits-1) ... 2^(Bits-1) - 1, code = round(w / s), clamped, halves away from zero; value = s * code. One s
/// for the layer, or for each output channel. It starts from 2 mean |w| / sqrt(Q_P), where Q_P is the highest code, and
/// its gradient is scaled by 1 / sqrt(N Q_P) for the N weights that share it. `Bits` is 2 ... 8. Weights are not
/// standardised by default: the step follows their size.
template <int Bits, Per Scope = Per::layer>
struct Lsq {
    using option = option::weight;
    using standardization = NoWeightStandardization;
    static constexpr bool good = 2 <= Bits && Bits <= 8;
    static constexpr std::int32_t states = 1 << (good ? Bits : 8);
    static constexpr CodeRange codes{-(states / 2), states / 2 - 1};
    static constexpr std::int32_t denominator = 1;
    static constexpr bool asymmetric = true;
    static constexpr bool scaled = true;
    static constexpr TrainedParameters trained{.name = "step size of weights", .per = Scope};
    static constexpr const char* name = Scope == Per::layer ? "LSQ" : "LSQ per channel";
    static constexpr Problem problem() {
        if (good) return {};
        return {.kind = &Lsq_takes_2_to_8_bits, .expected = Bits < 2 ? 2 : 8, .found = Bits};
    }
};

}  // namespace intaglio
