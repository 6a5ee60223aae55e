// Weights that are not quantised.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

template <>
struct WeightCode<FloatWeights> {
    template <class Float>
    static Float value(Float w) {
        return w;
    }
    template <class Float>
    static Float gradient(Float) {
        return Float{1};
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
