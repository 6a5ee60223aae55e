// Weights that are not quantised.
#pragma once

#include "intaglio/model/options.hpp"

namespace intaglio {

/// Weights as real numbers: for teachers and comparisons. They train; there is no integer program. Standardised by
/// default, as the quantised weights that they are compared with.
struct FloatWeights {
    using option = option::weight;
    static constexpr const ErrorKind* refusal = &float_weights_have_no_integer_program;
    static constexpr const char* name = "float";
};

}  // namespace intaglio
