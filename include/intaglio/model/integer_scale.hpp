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
    /// As LayerBias, where m is a power of two: only additions and shifts.
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

/// value = alpha * accumulator + beta, where alpha and beta become integers in the step or the logits after it. It
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

/// The norm of a network without norms: an integer scale of the form `Mode` (Scale::Layer, LayerBias, Channel,
/// PowerOfTwo, Precision) wherever accumulators become codes or logits. A layer with an activation has it before that;
/// one without hands its accumulators on, and the scale stands where they land: before the step of an `Activate`, of
/// each branch of a `Residual` or of a `Concat` with a `BranchGrid`, or before the logits. The derivative of an
/// activation after it is WideStraightThrough. (Sun et al. 2025; papers' digest 6.2.)
template <class Mode>
struct IntegerScale {
    using option = option::norm;
    using scale = Mode;
    static constexpr const char* name = Mode::name;
    static constexpr Per statistics = Per::nothing;
    static constexpr bool has_gain = true;
    template <bool>
    using primitive = intaglio::primitive::IntegerScale<Mode>;
};

namespace detail {

template <class Norm>
inline constexpr bool is_integer_scale = requires {
    typename Norm::scale;
};

/// An activation after an integer scale.
template <class Activation>
struct AfterScale : Activation {
    using surrogate = WideStraightThrough;
};

}  // namespace detail

}  // namespace intaglio
