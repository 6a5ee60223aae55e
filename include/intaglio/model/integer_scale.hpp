// Integer scales: what follows an accumulator in a network without norms (Sun et al. 2025; papers' digest 6.2, 6.3).
#pragma once

#include <cstdint>

#include "intaglio/model/primitives.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(integer_scale_takes_1_to_15_bits)
INTAGLIO_MODEL_ERROR(one_multiplier_needs_weights_without_a_scale_of_their_own)

/// Forms of an integer scale: code = clamp((acc m + c + 2^(s-1)) >> s).
struct Scale {
    /// One m and s for all channels, no c: value = alpha acc (mode L).
    struct Layer {
        static constexpr ScaleForm form{.given = true, .one_multiplier = true, .one_addend = true};
        static constexpr const char* name = "one multiplier";
    };
    /// One m and s for all channels, c per channel: value = alpha acc + beta_i (mode LB).
    struct LayerBias {
        static constexpr ScaleForm form{.given = true, .one_multiplier = true};
        static constexpr const char* name = "one multiplier, biases";
    };
    /// m, s and c per channel: value = alpha_i acc + beta_i (mode CB), an exact fold of a norm.
    struct Channel {
        static constexpr ScaleForm form{.given = true};
        static constexpr const char* name = "multipliers and biases";
    };
    /// As LayerBias, where m is a power of two: additions and shifts alone.
    struct PowerOfTwo {
        static constexpr ScaleForm form{.given = true, .one_multiplier = true, .precision = 1};
        static constexpr const char* name = "one power of two, biases";
    };
    /// As Mode, with a multiplier of `Bits` bits, 1 ... 15.
    template <class Mode, int Bits>
    struct Precision {
        static constexpr ScaleForm form{.given = true,
                                        .one_multiplier = Mode::form.one_multiplier,
                                        .one_addend = Mode::form.one_addend,
                                        .precision = Bits};
        static constexpr const char* name = Mode::name;
    };
};

namespace primitive {

/// value = alpha * accumulator + beta, where alpha and beta become integers in the step or the logits behind. It
/// measures nothing and moves no data.
template <class Mode>
struct IntegerScale {
    static constexpr void describe(Builder& b) {
        Value out = b.in();
        if (Mode::form.precision < 1 || Mode::form.precision > 15) {
            b.fail(integer_scale_takes_1_to_15_bits, Mode::form.precision < 1 ? 1 : 15, Mode::form.precision);
            return;
        }
        if (out.scaled_weights && Mode::form.one_multiplier) {
            b.fail({.kind = &one_multiplier_needs_weights_without_a_scale_of_their_own});
            return;
        }
        if (out.norm_row != none) {
            b.fail(two_norms_without_activation_between, 1, 2);
            return;
        }
        out.pending = true;
        out.norm_row = b.next_row();
        b.append(Row{.kind = "scale",
                     .detail = Mode::name,
                     .part = type_identity<Mode>,
                     .gains = Mode::form.multipliers(out.shape.channels),
                     .biases = Mode::form.one_addend ? 0 : out.shape.channels,
                     .scale = Mode::form},
                 out, true);
    }
};

}  // namespace primitive

/// An activation behind an integer scale of its own.
template <class Activation, class Mode>
struct ScaledAct : Activation {
    using surrogate = WideStraightThrough;
    using scale = Mode;
};

/// The grid of a join, on which each branch lands by an integer scale of its own.
template <class Grid, class Mode>
struct ScaledBranchGrid : Grid {
    using scale = Mode;
};

/// Option of `Defaults`: the logits stand behind an integer scale.
template <class Mode>
struct ScaledLogits {
    using option = option::logits;
    using primitives = boost::mp11::mp_list<primitive::IntegerScale<Mode>, primitive::Logits>;
    static constexpr void describe(Builder& b) {
        primitive::IntegerScale<Mode>::describe(b);
        if (!b.failed()) primitive::Logits::describe(b);
    }
};

}  // namespace intaglio
