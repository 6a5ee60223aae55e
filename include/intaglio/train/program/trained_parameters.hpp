// Whether the trained parameters of quantisers and activations are valid.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/number_text.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Throws std::runtime_error, which names layer and parameter, if one of a row's is not finite, or not positive though
/// it must be.
[[gnu::cold]] inline void require_trained_parameters(const Row& row, const float* parameters) {
    const bool positive = row.trained->smallest > 0;
    for (std::int64_t i = 0; i < row.trained_parameters; ++i) {
        if (is_finite(parameters[i]) && (parameters[i] > 0 || !positive)) continue;
        throw std::runtime_error(joined({place_text(row), ": ", row.trained->name, " ", i, " is ",
                                         number_text(static_cast<double>(parameters[i])), ", expected a ",
                                         (positive ? "positive number" : "finite number")}));
    }
}

/// Brings what a method starts from into the range that is allowed.
[[gnu::cold]] inline void bound_trained_parameters(const Row& row, float* parameters) {
    if (!(row.trained->smallest > 0)) return;
    for (std::int64_t i = 0; i < row.trained_parameters; ++i) {
        parameters[i] = std::max(parameters[i], static_cast<float>(row.trained->smallest));
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
