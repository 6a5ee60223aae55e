// Training of integer scales: a gain and biases that step or logits make integers of.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/integer_scale.hpp"
#include "intaglio/train/operations/norm.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

/// A scale, as a norm that measures nothing.
struct ScaleNorm {
    static constexpr Per statistics = Per::nothing;
    static constexpr bool has_gain = true;
};

}  // namespace detail

template <class Mode>
struct Operation<primitive::IntegerScale<Mode>>
    : Operation<primitive::Norm<detail::ScaleNorm, Mode::form.one_multiplier>> {};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
