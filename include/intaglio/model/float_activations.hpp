// Activations whose results are real numbers: for teachers and comparisons. They train; there is no integer program.
#pragma once

#include "intaglio/model/primitives.hpp"

namespace intaglio {

/// max(0, value), unquantised.
struct Relu {
    using option = option::activation;
    using primitive = intaglio::primitive::FloatActivation<Relu>;
    static constexpr const char* name = "ReLU";
};

/// The value itself, unquantised: after a layer of real numbers that has no other activation.
struct Linear {
    using option = option::activation;
    using primitive = intaglio::primitive::FloatActivation<Linear>;
    static constexpr const char* name = "linear";
};

/// The branches of a residual block meet as real numbers.
struct FloatBranchGrid {
    using option = option::branch_grid;
    using primitive = intaglio::primitive::FloatActivation<Linear>;
};

}  // namespace intaglio
