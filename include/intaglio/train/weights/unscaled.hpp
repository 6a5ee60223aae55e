// Training of weights whose scale moves into the multiplier behind them.
#pragma once

#include <cstdint>

#include "intaglio/model/weights/unscaled.hpp"
#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::train {

template <class Weight>
struct WeightCode<Unscaled<Weight>> {
    using Scaled = WeightCode<Weight>;
    static constexpr WeightScope scope = weight_scope<Weight>;

    template <class Real>
    WeightCode(const Real* w, std::int64_t count) : scaled_(w, count) {}

    template <class Real>
    std::int8_t code(Real w) const {
        return scaled_.code(w);
    }
    template <class Real>
    Real gradient(Real w) const {
        // Weights that are all 0 have the scale 0.
        return scaled_.scale() > 0 ? scaled_.gradient(w) / static_cast<Real>(scaled_.scale()) : Real{0};
    }

  private:
    Scaled scaled_;
};

}  // namespace intaglio::train
