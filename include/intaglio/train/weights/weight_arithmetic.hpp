// What the arithmetic of a weight quantiser has, and what the compiler says where something is missing.
#pragma once

#include <concepts>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/train/weights/weight_code.hpp"

namespace intaglio::model_error {
template <class...>
struct weight_code_needs_code_of_a_weight;
template <class...>
struct weight_code_needs_value_of_a_weight;
template <class...>
struct weight_code_needs_gradient_of_a_weight;
template <class...>
struct weight_code_of_a_scaled_quantizer_needs_scale;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

template <class Weight>
concept GivesCode = WeightTraits<Weight>::real || requires(const WeightCode<Weight>& code, float w) {
    { code.code(w) } -> std::convertible_to<std::int8_t>;
};
template <class Weight>
concept GivesValue = !WeightTraits<Weight>::real || requires(const WeightCode<Weight>& code, float w) {
    { code.value(w) } -> std::convertible_to<float>;
};
template <class Weight>
concept GivesGradient = requires(const WeightCode<Weight>& code, float w) {
    { code.gradient(w) } -> std::convertible_to<float>;
};
template <class Weight>
concept GivesScale = !WeightTraits<Weight>::scaled || requires(const WeightCode<Weight>& code) {
    { code.scale() } -> std::convertible_to<double>;
};

template <class Weight>
constexpr bool say_what_weight_code_lacks() {
    using Code = WeightCode<Weight>;
    if constexpr (!GivesCode<Weight>) {
        return intaglio::spell<model_error::weight_code_needs_code_of_a_weight<Code>>();
    } else if constexpr (!GivesValue<Weight>) {
        return intaglio::spell<model_error::weight_code_needs_value_of_a_weight<Code>>();
    } else if constexpr (!GivesGradient<Weight>) {
        return intaglio::spell<model_error::weight_code_needs_gradient_of_a_weight<Code>>();
    } else {
        return intaglio::spell<model_error::weight_code_of_a_scaled_quantizer_needs_scale<Code>>();
    }
}

}  // namespace detail

/// A weight quantiser with its arithmetic, WeightCode<Weight>; what each member does stands there.
template <class Weight>
concept WeightArithmetic = detail::GivesCode<Weight> && detail::GivesValue<Weight> && detail::GivesGradient<Weight> &&
    detail::GivesScale<Weight>;

/// Does not compile unless Weight has its arithmetic: the error says what it lacks.
template <class Weight>
inline constexpr bool is_weight_arithmetic = detail::say_what_weight_code_lacks<Weight>();
template <WeightArithmetic Weight>
inline constexpr bool is_weight_arithmetic<Weight> = true;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
