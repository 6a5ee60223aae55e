// Training of weights whose scale moves into the multiplier after them.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/weights/unscaled.hpp"
#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

template <class Weight>
struct WeightCode<Unscaled<Weight>> {
    using Scaled = WeightCode<Weight>;
    static constexpr Per scope = weight_scope<Weight>;

    template <class Float>
    WeightCode(const Float* w, std::int64_t count) : scaled_(w, count) {}

    template <class Float>
    std::int8_t code(Float w) const {
        return scaled_.code(w);
    }
    template <class Float>
    Float gradient(Float w) const {
        // Weights that are all 0 have the scale 0.
        return scaled_.scale() > 0 ? scaled_.gradient(w) / static_cast<Float>(scaled_.scale()) : Float{0};
    }

  private:
    Scaled scaled_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
