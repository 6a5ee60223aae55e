// What the arithmetic of every weight quantiser has in common.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/granularity.hpp"
#include "intaglio/model/weights.hpp"
#include "intaglio/train/steps/strict_floats.hpp"

namespace intaglio::model_error {
template <class...>
struct weights_have_no_arithmetic_specialise_train_WeightCode;
template <class...>
struct surrogate_of_weights_has_no_derivative_specialise_train_WeightSurrogate;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// A weight quantiser's arithmetic; specialised for each quantiser. A specialisation has
/// - `code(w)`: the integer of a (standardised) weight, or `value(w)` where weights are real numbers; codes are the
/// same
///   from every compiler if it and the constructor begin with INTAGLIO_STRICT_FLOATS and no product meets a sum,
/// - `gradient(w)`: the surrogate derivative of the weight's value, scale and all.
/// One that looks at several weights also has
/// - `static constexpr Per scope` and a constructor from a pointer to those weights and their count,
/// - `scale()`, if it is `scaled`: the value is scale * (spacing * code + offset) / denominator,
/// - if the derivative of what it took from all of them counts: `add_shared_gradient(w, dvalue, count, dw)`.
/// One of a quantiser with trained parameters, for whose number the type says `trained`, has
/// - a constructor from the weights, their count, and a `const float*` to the parameters of that unit or layer,
/// - `add_parameter_gradient(w, dvalue, count, sums)`: adds to the double sums[k] what these weights contribute to the
///   gradient of parameter k; `count` is that of an output unit,
/// - where they can start from the weights: `static void initialize(w, count, parameters)`,
/// - as its scope `channel` if each output unit has parameters of its own, otherwise `channel` or, which is the
/// default,
///   `layer`.
template <class Weight>
struct WeightCode : Missing<model_error::weights_have_no_arithmetic_specialise_train_WeightCode<Weight>> {};

/// The scope of a quantiser; one weight if it does not say.
template <class Weight>
inline constexpr Per weight_scope = [] {
    if constexpr (requires { WeightCode<Weight>::scope; }) return WeightCode<Weight>::scope;
    if constexpr (has_trained_parameters<Weight>) return Weight::trained.per;
    return Per::element;
}();

/// The derivative that a weight surrogate puts in place of that of the code; specialised for each surrogate:
/// `at(w)`, for a float and a double.
template <class Surrogate>
struct WeightSurrogate
    : Missing<model_error::surrogate_of_weights_has_no_derivative_specialise_train_WeightSurrogate<Surrogate>> {};

template <Slope Factor>
struct WeightSurrogate<Indicator<Factor>> {
    template <class Float>
    static Float at(Float w) {
        return std::fabs(w) < Float{3} ? static_cast<Float>(Factor.value) : Float{0};
    }
};
template <Slope Factor>
struct WeightSurrogate<ClippedIdentity<Factor>> {
    template <class Float>
    static Float at(Float w) {
        return std::fabs(w) <= Float{1} ? static_cast<Float>(Factor.value) : Float{0};
    }
};
template <Slope Factor>
struct WeightSurrogate<PlainIdentity<Factor>> {
    template <class Float>
    static Float at(Float) {
        return static_cast<Float>(Factor.value);
    }
};

namespace detail {

template <class Float>
double mean_magnitude(const Float* w, std::int64_t count) {
    INTAGLIO_STRICT_FLOATS
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += std::fabs(static_cast<double>(w[i]));
    return sum / static_cast<double>(count);
}

}  // namespace detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
