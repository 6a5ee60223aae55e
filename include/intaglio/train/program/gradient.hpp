// The number type of gradients.
#pragma once

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Gradients with respect to values and to parameters, and the sums that they are made of. This is the one place that
/// names the type. Parameters and moments of optimisers are floats, as checkpoints keep them.
using Gradient = float;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
