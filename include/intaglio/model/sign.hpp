// Activations of binary and DoReFa networks: signs, signed codes, DoReFa's codes.
#pragma once

#include <cstdint>

#include "intaglio/model/activations.hpp"

namespace intaglio {

/// What the padding of a convolution holds after a `Sign`: code 0, which leaves the taps on the padding out.
struct Masked {
    static constexpr std::int32_t code = 0;
};
/// The padding counts as -1.
struct PadMinusOne {
    static constexpr std::int32_t code = -1;
};
/// The padding counts as 1.
struct PadPlusOne {
    static constexpr std::int32_t code = 1;
};

/// Activation with the codes -1 and 1, the sign of the value with sign(0) = 1. Padding is the same in training and in
/// the integer program: code 0 (Masked), -1 (PadMinusOne) or 1 (PadPlusOne); after an average pool, whose codes are
/// sums of signs, the sum of as many.
template <class Padding = Masked, class SurrogateGradient = StraightThrough>
struct Sign {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int64_t denominator = 1;
    static constexpr std::int64_t code_spacing = 2;
    static constexpr std::int32_t padding_code = Padding::code;
    static constexpr Problem problem() {
        if (codes.contains(padding_code)) return {};
        return {.kind = &padding_code_of_signs_must_be_minus_1_0_or_1, .expected = 1, .found = padding_code};
    }
};

/// Activation with an odd number of states around zero, at least 3: code = round half up of value * (M_a-1)/2, clamped
/// to -(M_a-1)/2 ... (M_a-1)/2; values -1 ... 1.
template <M_a Count, class SurrogateGradient = StraightThrough>
struct SignedAct {
    using option = option::activation;
    using surrogate = SurrogateGradient;
    static constexpr std::int64_t denominator = Count.count < 3 ? 1 : (std::int64_t{Count.count} - 1) / 2;
    static constexpr CodeRange codes{-denominator, denominator};
    static constexpr Problem problem() {
        if (Count.count < 3) {
            return {.kind = &M_a_of_signed_codes_must_be_at_least_3, .expected = 3, .found = Count.count};
        }
        if (Count.count % 2 == 0) {
            return {.kind = &M_a_of_signed_codes_must_be_odd,
                    .expected = std::int64_t{Count.count} + 1,
                    .found = Count.count};
        }
        return {};
    }
};

/// DoReFa activation of `Bits` bits, 1 ... 8 (Zhou et al. 2016): 2^Bits codes of the values 0 ... 1, derivative 1
/// inside.
template <int Bits, class SurrogateGradient = StraightThrough>
struct DoReFaAct : Act<M_a{1 <= Bits && Bits <= 8 ? 1 << Bits : 2}, SurrogateGradient> {
    static constexpr Problem problem() {
        if (1 <= Bits && Bits <= 8) return {};
        return {.kind = &DoReFaAct_takes_1_to_8_bits, .expected = Bits < 1 ? 1 : 8, .found = Bits};
    }
};

}  // namespace intaglio
