// Activations with a learned step size.
#pragma once

#include <cstdint>

#include "intaglio/core/codes.hpp"
#include "intaglio/model/options.hpp"
#include "intaglio/model/surrogates.hpp"
#include "intaglio/model/trained_parameters.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(LsqAct_takes_1_to_8_bits)

/// Where a trained parameter starts.
struct Initial {
    double value;
};

namespace detail {

/// 2 mean(max(x, 0)) of normal x, which is 2 / sqrt(2 pi), over the root of 2^bits - 1.
constexpr double lsq_start(int bits) {
    constexpr double steps[] = {0.7978846, 0.4606589, 0.3015720, 0.2060129, 0.1433043, 0.1005240, 0.0708008, 0.0499655};
    return steps[bits - 1];
}

}  // namespace detail

/// Activation of `Bits` bits, 1 ... 8, with a learned step size s (LSQ; Esser et al. 2020): codes 0 ... 2^Bits - 1,
/// code = round half up of value / s, clamped; the code stands for s * code. The gradient of s is scaled by
/// 1 / sqrt(N Q_P) for the N activations of one image and the highest code Q_P. It starts from `Start` until
/// `Training::initialize_quantizers` sets it from a first batch to 2 mean(max(value, 0)) / sqrt(Q_P); 0 stands for what
/// that is on average after a norm, whose values have mean 0 and variance 1.
template <int Bits, Initial Start = Initial{0}, class SurrogateGradient = StraightThrough>
struct LsqAct {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr bool good = 1 <= Bits && Bits <= 8;
    static constexpr CodeRange codes{0, (1 << (good ? Bits : 8)) - 1};
    static constexpr std::int64_t denominator = 1;
    static constexpr TrainedParameters trained{
        .name = "step size", .initial = Start.value == 0 ? detail::lsq_start(good ? Bits : 8) : Start.value};
    static constexpr Problem problem() {
        if (!good) return {.kind = &LsqAct_takes_1_to_8_bits, .expected = Bits < 1 ? 1 : 8, .found = Bits};
        return trained_parameters_problem(trained, &model_error::the<LsqAct>::type);
    }
};

}  // namespace intaglio
