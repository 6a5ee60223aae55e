// Weights that are not quantised.
#pragma once

#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::train {

template <>
struct WeightCode<FloatWeights> {
    template <class Real>
    static Real value(Real w) {
        return w;
    }
    template <class Real>
    static Real gradient(Real) {
        return Real{1};
    }
};

}  // namespace intaglio::train
