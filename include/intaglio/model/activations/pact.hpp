// Activations with a learned clipping value.
#pragma once

#include <cstdint>

#include "intaglio/model/activations/lsq.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(PactAct_takes_1_to_8_bits)

/// Activation of `Bits` bits, 1 ... 8, with a learned clipping value alpha (PACT; Choi et al. 2018): n = 2^Bits - 1,
/// code = round half up of n value / alpha, clamped to 0 ... n; the code stands for alpha * code / n. The derivative of
/// the value is 1 between 0 and alpha, that of alpha is 1 where the value is at least alpha and 0 elsewhere. Weight
/// decay applies to alpha, as in the paper. It starts from `Start`.
template <int Bits, Initial Start = Initial{6}, class SurrogateGradient = StraightThrough>
struct PactAct {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr bool good = 1 <= Bits && Bits <= 8;
    static constexpr CodeRange codes{0, (1 << (good ? Bits : 8)) - 1};
    static constexpr std::int64_t denominator = codes.highest;
    static constexpr TrainedParameters trained{.name = "clipping value", .initial = Start.value, .decays = true};
    static constexpr Problem problem() {
        if (!good) return {.kind = &PactAct_takes_1_to_8_bits, .expected = Bits < 1 ? 1 : 8, .found = Bits};
        return trained_parameters_problem(trained, &model_error::the<PactAct>::type);
    }
};

}  // namespace intaglio
