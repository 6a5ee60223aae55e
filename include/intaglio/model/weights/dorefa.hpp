// The weights of DoReFa-Net.
#pragma once

#include <cstdint>

#include "intaglio/core/codes.hpp"
#include "intaglio/model/options.hpp"
#include "intaglio/model/weights/standardizations.hpp"

namespace intaglio {

/// Whether the largest weight, by which all of a layer are divided, counts as a constant in the gradient.
enum class Maximum : std::int8_t { constant, differentiated };

/// DoReFa weights of `Bits` bits (Zhou et al. 2016): r = tanh(w) / (2 max |tanh(w)|) + 1/2 over the whole layer,
/// value = 2 round(n r) / n - 1 with n = 2^Bits - 1. So values are odd multiples of 1/n from -1 to 1, and none is 0.
/// They are stored as c - 2^(Bits-1), where c = round(n r): value = (2 code + 1) / n. Ties, which lie at even multiples
/// of 1/n, go away from zero, and 0 itself to 1/n. `Bits` is 2 ... 8, or 1, which is below. Not standardised by
/// default.
template <int Bits, Maximum Divisor = Maximum::constant>
struct DoReFa {
    using option = option::weight;
    using standardization = NoWeightStandardization;
    static constexpr bool good = 1 <= Bits && Bits <= 8;
    static constexpr std::int32_t states = 1 << (good ? Bits : 8);
    static constexpr std::int32_t denominator = states - 1;
    static constexpr CodeRange codes{-(states / 2), states / 2 - 1};
    static constexpr std::int32_t spacing = 2;
    static constexpr std::int32_t offset = 1;
    static constexpr const char* name = Divisor == Maximum::constant ? "DoReFa" : "DoReFa, differentiated maximum";
    static constexpr Problem problem() {
        if (good) return {};
        return {.kind = &DoReFa_takes_1_to_8_bits, .expected = Bits < 1 ? 1 : 8, .found = Bits};
    }
};

/// One bit: the sign times the mean of |w| over the layer, with the derivative 1 everywhere.
template <Maximum Divisor>
struct DoReFa<1, Divisor> {
    using option = option::weight;
    using standardization = NoWeightStandardization;
    static constexpr std::int32_t states = 2;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
    static constexpr bool scaled = true;
    static constexpr const char* name = "DoReFa";
};

}  // namespace intaglio
