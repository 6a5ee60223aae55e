// Dropout: noise that training adds and inference does not know.
#pragma once

#include <cstdint>

#include "intaglio/model/pool.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(dropout_rate_must_be_at_least_0_and_below_1)

/// The share of something.
struct Rate {
    double value;
};

namespace primitive {

/// In training passes codes become 0 with probability Drop, and those that stay are scaled by 1 / (1 - Drop).
template <Rate Drop>
struct Dropout {
    static constexpr bool valid = Drop.value >= 0 && Drop.value < 1;
    static constexpr double rate = valid ? Drop.value : 0;
    /// A code is dropped if 32 random bits are below it.
    static constexpr std::int64_t threshold = static_cast<std::int64_t>(rate * 4294967296.0);

    static constexpr void describe(Builder& b) {
        Value out = b.in();
        out.scaled = true;
        out.codes.lowest = out.codes.lowest > 0 ? 0 : out.codes.lowest;
        out.codes.highest = out.codes.highest < 0 ? 0 : out.codes.highest;
        b.append(Row{.kind = "dropout", .keeps_affine = true, .dropout_threshold = threshold}, out, true, true);
    }
};

}  // namespace primitive

/// Dropout (Srivastava et al. 2014) of codes, or of real numbers after an activation. Only passes with
/// Statistics::batch drop anything; which codes depends on the seed of the training and the number of the pass
/// (Training::set_pass) alone. The integer program has nothing to do.
template <Rate Drop = Rate{0.5}>
struct Dropout {
    template <class Defaults>
    struct resolved {
        using Primitive = primitive::Dropout<Drop>;
        using primitives = detail::mp_list<Primitive>;
        static constexpr void describe(Builder& b) {
            if (!Primitive::valid) {
                b.fail({.kind = &dropout_rate_must_be_at_least_0_and_below_1,
                        .subject = &model_error::the<Dropout>::type});
            }
            detail::check_codes(b);
            if (!b.failed()) Primitive::describe(b);
        }
    };
};

}  // namespace intaglio
