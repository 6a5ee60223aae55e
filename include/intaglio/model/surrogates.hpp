// Surrogate gradients as types: what stands for the derivative of a step function in the backward pass.
#pragma once

namespace intaglio {

/// Width of a sigmoid surrogate.
struct Alpha {
    double value;
};

/// Whether a surrogate integrates to 1 (the height of the whole staircase) or carries no factor 1/(M_a-1).
enum class SurrogateForm { normalized, printed };

/// Sum of sigmoid derivatives, one at each threshold (P2.11)-(P2.13); `normalized` adds the factor 1/(M_a-1) that
/// the staircase has and the printed formula lacks.
template <Alpha Width = Alpha{0.25}, SurrogateForm Form = SurrogateForm::normalized>
struct SigmoidSum {
    static constexpr double alpha = Width.value;
    static constexpr bool printed = Form == SurrogateForm::printed;
    static constexpr const char* name = printed ? "sigmoid sum as printed" : "sigmoid sum";
};

/// Derivative 1 between the lowest and the highest value, 0 outside.
struct StraightThrough {
    static constexpr const char* name = "straight-through";
};

}  // namespace intaglio
