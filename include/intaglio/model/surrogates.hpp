// Surrogate gradients as types: what stands for the derivative of a step function in the backward pass.
//
// Except for the two straight-through estimators and printed forms, a surrogate is a sum of equal bumps, one at each
// threshold, whose area is the rise of the step function there; so it integrates to the height of the staircase.
#pragma once

#include "intaglio/core/constant.hpp"
#include "intaglio/model/errors.hpp"
#include "intaglio/model/parameter_text.hpp"

namespace intaglio {

/// Scale of a sigmoid 1 / (1 + exp(-x / alpha)).
struct Alpha {
    double value;
};

/// Width of a bump in units of the activation's value, of which each surrogate says what it measures.
struct Width {
    double value;
};

/// Steepness of SwishSign.
struct Beta {
    double value;
};

/// Whether a surrogate integrates to the height of the staircase or carries no factor for the rise of its steps.
enum class SurrogateForm { normalized, printed };

INTAGLIO_MODEL_ERROR(surrogate_needs_a_static_constexpr_name)

/// A surrogate: an empty type with a static constexpr `name`, by which checkpoints tell it from others. What it
/// computes is train::SurrogateGradient<T>. Optional: `problem()`, the mistake in its parameters, if any.
template <class T>
concept Surrogate = HasName<T>;

namespace detail {

/// What is wrong with a parameter of the surrogate `type`, if anything: from 1e-6 to 1e6 single precision is safe.
constexpr Problem surrogate_parameter_problem(double value, const char* type) {
    if (!(value > 0)) return {.kind = &parameter_of_surrogate_must_be_positive, .subject = type};
    if (!(value >= 1e-6 && value <= 1e6)) {
        return {.kind = &parameter_of_surrogate_must_lie_within_1e_minus_6_and_1e6, .subject = type};
    }
    return {};
}

}  // namespace detail

/// Sum of sigmoid derivatives, one at each threshold (P2.11)-(P2.13); `normalized` adds the rise of a step as a factor,
/// which is 1/(M_a-1) for Act and which the printed formula lacks.
template <Alpha Scale = Alpha{0.25}, SurrogateForm Form = SurrogateForm::normalized>
struct SigmoidSum {
    static constexpr double alpha = Scale.value;
    static constexpr bool printed = Form == SurrogateForm::printed;
    static constexpr auto text =
        detail::name_with_parameter(printed ? "sigmoid sum as printed" : "sigmoid sum", "alpha", alpha, 0.25);
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        return detail::surrogate_parameter_problem(alpha, &model_error::the<SigmoidSum>::type);
    }
};

/// Derivative of SignSwish at each threshold, beta * (2 - y * tanh(y / 2)) / (1 + cosh(y)) with y = beta * (x - b),
/// times half the rise: a narrow peak between shallow negative flanks.
template <Beta Steepness = Beta{5}>
struct SwishSign {
    static constexpr double beta = Steepness.value;
    static constexpr auto text = detail::name_with_parameter("SwishSign", "beta", beta, 5);
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        return detail::surrogate_parameter_problem(beta, &model_error::the<SwishSign>::type);
    }
};

/// Derivative of an arc tangent at each threshold, (2 / (pi * w)) / (1 + (2 (x - b) / w)^2); w is its width at half
/// its height. Its tails reach far.
template <Width W = Width{1}>
struct ArcTan {
    static constexpr double width = W.value;
    static constexpr auto text = detail::name_with_parameter("arc tangent", "width", width, 1);
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        return detail::surrogate_parameter_problem(width, &model_error::the<ArcTan>::type);
    }
};

/// 1 / w from b - w/2 up to, but not including, b + w/2 around each threshold b.
template <Width W = Width{1}>
struct Rectangle {
    static constexpr double width = W.value;
    static constexpr auto text = detail::name_with_parameter("rectangle", "width", width, 1);
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        return detail::surrogate_parameter_problem(width, &model_error::the<Rectangle>::type);
    }
};

/// A triangle of height 2 / w from b - w/2 to b + w/2 around each threshold b: the derivative of a staircase rounded
/// by piecewise quadratic functions.
template <Width W = Width{2}>
struct Triangle {
    static constexpr double width = W.value;
    static constexpr auto text = detail::name_with_parameter("triangle", "width", width, 2);
    static constexpr const char* name = text.data;
    static constexpr Problem problem() {
        return detail::surrogate_parameter_problem(width, &model_error::the<Triangle>::type);
    }
};

/// The triangle that for a sign is 2 - 2|x| on [-1, 1] (approx-sign).
using ApproximateSign = Triangle<Width{2}>;

/// Derivative 1 strictly between the lowest and the highest value, 0 outside; for a sign this is the hard-tanh
/// estimator.
struct StraightThrough {
    static constexpr const char* name = "straight-through";
};

/// Derivative 1 up to half of the activation's range beyond each of its ends (for codes of 0 ... 1: in -1/2 ... 3/2),
/// so that units that are wrong by saturation recover (papers' digest 6.5).
struct WideStraightThrough {
    static constexpr const char* name = "wide straight-through";
};

/// Derivative 1 everywhere.
struct UnclippedStraightThrough {
    static constexpr const char* name = "unclipped straight-through";
};

/// What is wrong with a surrogate by itself, if it can say so.
template <class Surrogate>
constexpr Problem surrogate_problem() {
    if constexpr (requires { Surrogate::problem(); }) {
        return Surrogate::problem();
    } else {
        return {};
    }
}

}  // namespace intaglio
