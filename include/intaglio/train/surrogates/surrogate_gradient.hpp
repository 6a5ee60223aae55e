// Surrogate gradients of steps: all of the library's, and what one of one's own has.
#pragma once

#include <concepts>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/steps/staircase.hpp"
#include "intaglio/train/surrogates/arctan.hpp"
#include "intaglio/train/surrogates/bumps.hpp"
#include "intaglio/train/surrogates/logistic.hpp"
#include "intaglio/train/surrogates/straight_through.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

template <class Surrogate>
concept MadeFromStaircase = std::constructible_from < SurrogateGradient<Surrogate>,
const Staircase& > ;

template <class Surrogate>
constexpr bool say_what_surrogate_gradient_lacks() {
    using Derivative = SurrogateGradient<Surrogate>;
    if constexpr (!MadeFromStaircase<Surrogate>) {
        return intaglio::spell<model_error::surrogate_gradient_needs_a_constructor_from_a_Staircase<Derivative>>();
    } else {
        return intaglio::spell<
            model_error::surrogate_gradient_needs_a_call_operator_of_numbers_and_vectors_of_numbers<Derivative>>();
    }
}

}  // namespace detail

/// The vector of floats that derivatives are computed in.
using Floats = decltype(load_float(simd::Native{}, static_cast<const float*>(nullptr)));

/// A surrogate with its derivative, SurrogateGradient<Surrogate>; what that does stands there.
template <class Surrogate>
concept SurrogateArithmetic = detail::MadeFromStaircase<Surrogate> &&
    requires(const SurrogateGradient<Surrogate>& derivative, float number, Floats numbers) {
    { derivative(number) } -> std::convertible_to<float>;
    { derivative(numbers) } -> std::convertible_to<Floats>;
};

/// Does not compile unless Surrogate has its derivative: the error says what it lacks.
template <class Surrogate>
inline constexpr bool is_surrogate_arithmetic = detail::say_what_surrogate_gradient_lacks<Surrogate>();
template <SurrogateArithmetic Surrogate>
inline constexpr bool is_surrogate_arithmetic<Surrogate> = true;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
