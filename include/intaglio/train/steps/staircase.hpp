// A step function, and the template of the derivatives that stand for it.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/errors.hpp"

namespace intaglio::model_error {
template <class...>
struct surrogate_has_no_derivative_specialise_train_SurrogateGradient;
template <class...>
struct surrogate_gradient_needs_a_constructor_from_a_Staircase;
template <class...>
struct surrogate_gradient_needs_a_call_operator_of_numbers_and_vectors_of_numbers;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// The values of a step function: (lowest + m * spacing) / denominator for m = 0 ... levels(), with a threshold in the
/// middle between neighbours.
struct Staircase {
    std::int64_t lowest;
    std::int64_t highest;
    std::int64_t denominator;
    std::int64_t spacing = 1;  ///< distance of neighbouring codes: 2 for the signs -1 and 1

    /// Number of steps, and of thresholds.
    [[nodiscard]] constexpr std::int64_t levels() const { return (highest - lowest) / spacing; }
    /// Where the function rises for the (m+1)-th time, m = 0 ... levels() - 1.
    [[nodiscard]] constexpr double threshold(std::int64_t m) const {
        return (static_cast<double>(lowest) + static_cast<double>(spacing) * (static_cast<double>(m) + 0.5)) /
               static_cast<double>(denominator);
    }
    /// By how much it rises at a threshold, which is also the distance of neighbouring thresholds.
    [[nodiscard]] constexpr double rise() const { return static_cast<double>(spacing) / static_cast<double>(denominator); }
    [[nodiscard]] constexpr double lowest_value() const {
        return static_cast<double>(lowest) / static_cast<double>(denominator);
    }
    [[nodiscard]] constexpr double highest_value() const {
        return static_cast<double>(highest) / static_cast<double>(denominator);
    }
};

/// Derivative of a step function's value with respect to its input; specialised for each surrogate. A specialisation is
/// constructed once from a Staircase and called with values, which are numbers (float, double) or vectors of numbers
/// (simd::load_float).
template <class Surrogate>
class SurrogateGradient
    : Missing<model_error::surrogate_has_no_derivative_specialise_train_SurrogateGradient<Surrogate>> {};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
