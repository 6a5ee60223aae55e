// The derivative of roundings that clamp nothing.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/pool.hpp"
#include "intaglio/train/steps/staircase.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// 1 everywhere: the rounded number lies between the lowest and the highest code.
template <>
class SurrogateGradient<Rounding> {
  public:
    explicit SurrogateGradient(const Staircase&) {}

    template <class Value>
    Value operator()(Value) const {
        return Value(1.0F);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
