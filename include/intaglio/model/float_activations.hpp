// Activations whose results are real numbers: for teachers and comparisons. They train; there is no integer program.
#pragma once

#include "intaglio/model/parameter_text.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(ceiling_of_a_clipped_ReLU_must_be_positive_and_finite)

/// max(0, value), unquantised.
struct Relu {
    using option = option::activation;
    using primitive = intaglio::primitive::FloatActivation<Relu>;
    static constexpr const char* name = "ReLU";
};

/// The largest value of a function.
struct Ceiling {
    double value;
};

/// min(max(0, value), Largest), unquantised. Beyond both ends the derivative is 0.
template <Ceiling Largest>
struct ClippedRelu {
    using option = option::activation;
    using primitive = intaglio::primitive::FloatActivation<ClippedRelu>;
    static constexpr double ceiling = Largest.value;
    static constexpr auto text = detail::name_with_parameter("clipped ReLU", "ceiling", ceiling, 0);
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        if (ceiling > 0 && ceiling <= 3.4e38) return {};
        return {.kind = &ceiling_of_a_clipped_ReLU_must_be_positive_and_finite,
                .subject = &model_error::the<ClippedRelu>::type};
    }
};
using Relu6 = ClippedRelu<Ceiling{6}>;

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
