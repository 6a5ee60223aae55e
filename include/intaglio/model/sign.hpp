// Activations with signed codes.
#pragma once

#include <cstdint>

#include "intaglio/model/activations.hpp"

namespace intaglio {

/// What the padding of a convolution holds behind a `Sign`: code 0, which leaves the taps on the padding out.
struct Masked {
    static constexpr std::int32_t code = 0;
};
struct PadMinusOne {
    static constexpr std::int32_t code = -1;
};
struct PadPlusOne {
    static constexpr std::int32_t code = 1;
};

/// Activation with the codes -1 and 1, the sign of the value with sign(0) = 1. Padding is the same in training and in
/// the integer program.
template <class Padding = Masked, class SurrogateGradient = StraightThrough>
struct Sign {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int64_t denominator = 1;
    static constexpr std::int64_t code_step = 2;
    static constexpr std::int32_t padding_code = Padding::code;
};

/// Activation with an odd number of states around zero: code = round half up of value * (M_a-1)/2, clamped to
/// -(M_a-1)/2 ... (M_a-1)/2; values -1 ... 1.
template <M_a Count, class SurrogateGradient = StraightThrough>
struct SignedAct {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr std::int64_t denominator = (std::int64_t{Count.count} - 1) / 2;
    static constexpr CodeRange codes{-denominator, denominator};
};

/// DoReFa activation of `Bits` bits (Zhou et al. 2016): 2^Bits codes of the values 0 ... 1, derivative 1 inside.
template <int Bits, class SurrogateGradient = StraightThrough>
struct DoReFaAct : Act<M_a{1 << Bits}, SurrogateGradient> {};

}  // namespace intaglio
