// Training of integer scales: a gain and biases that step or logits make integers of.
#pragma once

#include "intaglio/model/integer_scale.hpp"
#include "intaglio/train/norm.hpp"

namespace intaglio::train {

namespace detail {

/// A scale, as a norm that measures nothing.
struct ScaleNorm {
    static constexpr StatisticsOf statistics = StatisticsOf::nothing;
    static constexpr bool has_gain = true;
};

}  // namespace detail

template <class Mode>
struct Operation<primitive::IntegerScale<Mode>>
    : Operation<primitive::Norm<detail::ScaleNorm, Mode::form.one_multiplier>> {};

}  // namespace intaglio::train
