// What the arithmetic of every weight quantiser has in common.
#pragma once

#include <cmath>
#include <cstdint>

#include "intaglio/model/weights.hpp"
#include "intaglio/train/strict_floats.hpp"

namespace intaglio::model_error {
template <class...>
struct weights_have_no_arithmetic_specialise_train_WeightCode;
template <class...>
struct surrogate_of_weights_has_no_derivative_specialise_train_WeightSurrogate;
}  // namespace intaglio::model_error

namespace intaglio::train {

/// Which weights a quantiser looks at before it rounds the first one.
enum class WeightScope : std::uint8_t {
    weight,  ///< none but the weight itself
    unit,    ///< those of one output unit
    layer    ///< all of the layer
};

constexpr WeightScope weight_scope_of(Per per) {
    return per == Per::channel ? WeightScope::unit : WeightScope::layer;
}

/// A weight quantiser's arithmetic; specialised for each quantiser. A specialisation has
/// - `code(w)`: the integer of a (standardised) weight, or `value(w)` where weights are real numbers; codes are the same
///   from every compiler if it and the constructor begin with INTAGLIO_STRICT_FLOATS and no product meets a sum,
/// - `gradient(w)`: the surrogate derivative of the weight's value, scale and all.
/// One that looks at several weights also has
/// - `static constexpr WeightScope scope` and a constructor from a pointer to those weights and their count,
/// - `scale()`, if it is `scaled`: the value is scale * (step * code + offset) / denominator,
/// - if the derivative of what it took from all of them counts: `add_shared_gradient(w, dvalue, count, dw)`.
template <class Weight>
struct WeightCode : Missing<model_error::weights_have_no_arithmetic_specialise_train_WeightCode<Weight>> {};

/// The scope of a quantiser; one weight if it does not say.
template <class Weight>
inline constexpr WeightScope weight_scope = [] {
    if constexpr (requires { WeightCode<Weight>::scope; }) return WeightCode<Weight>::scope;
    return WeightScope::weight;
}();

/// The derivative that a weight surrogate puts in place of that of the code; specialised for each surrogate:
/// `at(w)`, for a float and a double.
template <class Surrogate>
struct WeightSurrogate
    : Missing<model_error::surrogate_of_weights_has_no_derivative_specialise_train_WeightSurrogate<Surrogate>> {};

template <Gain Factor>
struct WeightSurrogate<Indicator<Factor>> {
    template <class Real>
    static Real at(Real w) {
        return std::fabs(w) < Real{3} ? static_cast<Real>(Factor.value) : Real{0};
    }
};
template <Gain Factor>
struct WeightSurrogate<ClippedIdentity<Factor>> {
    template <class Real>
    static Real at(Real w) {
        return std::fabs(w) <= Real{1} ? static_cast<Real>(Factor.value) : Real{0};
    }
};
template <Gain Factor>
struct WeightSurrogate<PlainIdentity<Factor>> {
    template <class Real>
    static Real at(Real) {
        return static_cast<Real>(Factor.value);
    }
};

namespace detail {

template <class Real>
double mean_magnitude(const Real* w, std::int64_t count) {
    INTAGLIO_STRICT_FLOATS
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += std::fabs(static_cast<double>(w[i]));
    return sum / static_cast<double>(count);
}

}  // namespace detail

}  // namespace intaglio::train
