// Weight quantisers as types: how a latent float weight becomes an integer code.
#pragma once

#include <cstdint>

#include "intaglio/model/codes.hpp"
#include "intaglio/model/options.hpp"

namespace intaglio {

// A weight quantiser is an empty type that sets option::weight. It has `codes` (how weights are stored), `states` and
// `denominator`; the value of a weight is (step * code + offset) / denominator. Optional members:
// `step`, `offset`  1 and 0 if not given; DoReFa's odd multiples have 2 and 1;
// `scaled`          true if the value is also multiplied by a number per output unit that follows from the weights;
// `clips`           true if latent weights are kept within -1 ... 1;
// `name`            for checkpoints, where states do not tell one quantiser from another;
// `refusal`         address of the sentence that says why weights have no codes at all: they are then real numbers.

/// The optional members of a weight quantiser.
template <class Weight>
struct WeightTraits {
    static constexpr std::int32_t step = [] {
        if constexpr (requires { Weight::step; }) return Weight::step;
        return 1;
    }();
    static constexpr std::int32_t offset = [] {
        if constexpr (requires { Weight::offset; }) return Weight::offset;
        return 0;
    }();
    static constexpr bool scaled = requires { requires Weight::scaled; };
    static constexpr bool clips = requires { requires Weight::clips; };
    static constexpr const char* name = [] {
        if constexpr (requires { Weight::name; }) return static_cast<const char*>(Weight::name);
        return "";
    }();
    static constexpr bool real = requires { Weight::refusal; };
    static constexpr const ErrorKind* refusal = [] {
        if constexpr (requires { Weight::refusal; }) return Weight::refusal;
        return &no_mistake;
    }();
};

/// Number of weight states, e.g. `States<M_w{3}>` for ternary weights.
struct M_w {
    std::int32_t count;
};

/// Symmetric weights with an odd number of states: codes -(M_w-1)/2 ... (M_w-1)/2, value = code / ((M_w-1)/2).
/// code = round half away from zero of D_w * What / 3, clamped, with D_w = (M_w-1)/2
/// (Sawada et al. 2024, (P2.6) and (P2.7), with the step that their tables agree with).
template <M_w Count>
struct States {
    using option = option::weight;
    static constexpr std::int32_t states = Count.count;
    static constexpr std::int32_t denominator = static_cast<std::int32_t>((std::int64_t{Count.count} - 1) / 2);
    static constexpr CodeRange codes{-std::int64_t{denominator}, denominator};
};

/// Weights -1 and 1: the sign of What, with sign(0) = 1.
struct BinaryWeights {
    using option = option::weight;
    static constexpr std::int32_t states = 2;
    static constexpr CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
};

namespace detail {
template <int Bits>
struct QIntWeights {
    using type = BinaryWeights;  // also where Bits is a mistake, so that QInt::problem can say so
};
template <int Bits>
requires(2 <= Bits && Bits <= 16) struct QIntWeights<Bits> {
    using type = States<M_w{(1 << Bits) - 1}>;
};
}  // namespace detail

/// Symmetric integer weights of `Bits` bits: 2^Bits - 1 states; `QInt<1>` is {-1, 1}. Also names the grid of a `Join`.
/// Bits is 1 ... 16; weights take at most 8.
template <int Bits>
struct QInt {
    using option = option::weight;
    using quantizer = typename detail::QIntWeights<Bits>::type;
    static constexpr int bits = Bits;
    static constexpr std::int32_t states = quantizer::states;
    static constexpr CodeRange codes = quantizer::codes;
    static constexpr std::int32_t denominator = quantizer::denominator;
    static constexpr Problem problem() {
        if (1 <= Bits && Bits <= 16) return {};
        return {.kind = &QInt_takes_1_to_16_bits, .expected = Bits < 1 ? 1 : 16, .found = Bits};
    }
};

/// The quantiser that a weight option stands for: spellings of one quantiser share their code.
template <class Weight>
struct WeightQuantizer {
    using type = Weight;
};
template <int Bits>
struct WeightQuantizer<QInt<Bits>> {
    using type = typename QInt<Bits>::quantizer;
};

/// Weights are brought to mean 0 and variance 1 per output unit before they are quantised (Qiao et al. 2019; the
/// reading of (P2.4) under which (P2.7) covers a Gaussian). The default.
struct WeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "standardized";
    static constexpr bool scaled = false;  ///< whether quantised weights are multiplied by a factor of their own
};
/// Latent weights go into the quantiser as they are.
struct NoWeightStandardization {
    using option = option::standardization;
    static constexpr const char* name = "not standardized";
    static constexpr bool scaled = false;
};

}  // namespace intaglio
