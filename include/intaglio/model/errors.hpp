// Mistakes in a model definition, as compile errors that read as sentences.
//
// The analysis of a network records the first mistake as a plain value (`Problem`). `raise` turns it into the
// size of an undefined type whose name is the sentence, the layer's path and both numbers: the form that every
// supported compiler prints in the line with `error:`.
#pragma once

#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "intaglio/core/array.hpp"

namespace intaglio {

// Whether there is a mistake, or a subject, is told by what the address points to: with -fsanitize=undefined GCC takes
// no comparison of an address with null for a constant.

/// Identity of a kind of mistake: its address.
struct ErrorKind {
    bool is_mistake = true;
};
inline constexpr ErrorKind no_mistake{false};

inline constexpr char no_subject = '\0';

// The words of a message, in a namespace of their own, since they are common words.
namespace model_error {

/// Parts of a layer's path. A path reads from the outside in: `in_layer<5, repetition, 2, 1>` is the first layer of
/// the second repetition of the network's fifth entry. Layers are counted from 1, the input is entry 0.
enum Part : std::int8_t { number, main, shortcut, repetition, branch, gate };

template <auto... Steps>
struct in_layer;
template <auto Value>
struct expected;
template <auto Value>
struct found;
template <const char* Type>
struct subject;

/// Names a type without needing its definition: `&the<T>::type`.
template <class T>
struct the {
    static constexpr char type = 't';
};

}  // namespace model_error

using model_error::Part;

/// Where a layer is in its network.
struct Path {
    static constexpr int capacity = 12;
    Array<Part, capacity> part{};
    Array<std::int32_t, capacity> index{};
    std::int32_t length = 0;

    constexpr void push(Part p, std::int32_t i) {
        if (length < capacity) {
            part[static_cast<std::size_t>(length)] = p;
            index[static_cast<std::size_t>(length)] = i;
        }
        ++length;
    }
    constexpr void pop() {
        --length;
        if (length < capacity) {
            part[static_cast<std::size_t>(length)] = Part{};
            index[static_cast<std::size_t>(length)] = 0;
        }
    }
    [[nodiscard]] constexpr int printed() const { return length < capacity ? length : capacity; }
    constexpr bool operator==(const Path&) const = default;
};

/// The first mistake that the analysis of a network found, if any.
struct Problem {
    const ErrorKind* kind = &no_mistake;
    Path path{};
    std::int64_t expected = 0;
    std::int64_t found = 0;
    const char* subject = &no_subject;  ///< `&the<T>::type` where a type is to blame; equal numbers are then left out

    [[nodiscard]] constexpr bool exists() const { return kind->is_mistake; }
};

/// Maps a kind of mistake to the undefined template that spells it.
template <const ErrorKind* Kind>
struct Sentence;

/// Defines the kind of mistake `name` and its sentence `model_error::name`. Used at namespace intaglio only; user
/// code defines an ErrorKind of its own and specialises Sentence for its address.
#define INTAGLIO_MODEL_ERROR(name)                \
    namespace model_error {                       \
    template <class...>                           \
    struct name;                                  \
    }                                             \
    inline constexpr ErrorKind name{};            \
    template <>                                   \
    struct Sentence<&name> {                      \
        template <class... Words>                 \
        using type = model_error::name<Words...>; \
    };

INTAGLIO_MODEL_ERROR(unknown_option)
INTAGLIO_MODEL_ERROR(option_does_not_belong_to_this_layer)
INTAGLIO_MODEL_ERROR(option_given_twice)
INTAGLIO_MODEL_ERROR(layer_has_two_norms)
INTAGLIO_MODEL_ERROR(not_a_layer)
INTAGLIO_MODEL_ERROR(network_has_no_layers)
INTAGLIO_MODEL_ERROR(network_must_begin_with_its_input)
INTAGLIO_MODEL_ERROR(sequence_has_no_layers)
INTAGLIO_MODEL_ERROR(number_of_repetitions_must_be_positive)
INTAGLIO_MODEL_ERROR(defaults_must_come_first)
INTAGLIO_MODEL_ERROR(input_has_an_empty_dimension)
INTAGLIO_MODEL_ERROR(padding_value_takes_1_to_4_codes)
INTAGLIO_MODEL_ERROR(padding_value_needs_one_code_for_each_channel)
INTAGLIO_MODEL_ERROR(padding_value_lies_outside_of_the_codes_of_the_input)
INTAGLIO_MODEL_ERROR(layer_changes_the_channels_of_a_padding_value)
INTAGLIO_MODEL_ERROR(tensor_has_too_many_values)
INTAGLIO_MODEL_ERROR(layer_has_too_many_weights)
INTAGLIO_MODEL_ERROR(missing_option_Out)
INTAGLIO_MODEL_ERROR(missing_weight_quantizer)
INTAGLIO_MODEL_ERROR(missing_option_Act)
INTAGLIO_MODEL_ERROR(wrong_number_of_input_channels)
INTAGLIO_MODEL_ERROR(number_of_channels_must_be_positive)
INTAGLIO_MODEL_ERROR(kernel_is_larger_than_padded_input)
INTAGLIO_MODEL_ERROR(padding_takes_1_2_or_4_numbers)
INTAGLIO_MODEL_ERROR(padding_must_not_be_negative)
INTAGLIO_MODEL_ERROR(padding_must_be_smaller_than_kernel)
INTAGLIO_MODEL_ERROR(kernel_and_stride_must_be_positive)
INTAGLIO_MODEL_ERROR(number_of_groups_must_be_positive)
INTAGLIO_MODEL_ERROR(channels_are_not_a_multiple_of_groups)
INTAGLIO_MODEL_ERROR(window_must_be_positive)
INTAGLIO_MODEL_ERROR(window_does_not_divide_the_image)
INTAGLIO_MODEL_ERROR(QInt_takes_1_to_16_bits)
INTAGLIO_MODEL_ERROR(M_w_must_be_odd)
INTAGLIO_MODEL_ERROR(M_w_must_be_at_least_3)
INTAGLIO_MODEL_ERROR(DoReFa_takes_1_to_8_bits)
INTAGLIO_MODEL_ERROR(threshold_factor_of_ternary_weights_must_be_positive)
INTAGLIO_MODEL_ERROR(end_levels_of_literal_weight_states_lie_off_the_grid_of_integer_codes)
INTAGLIO_MODEL_ERROR(M_a_must_be_at_least_2)
INTAGLIO_MODEL_ERROR(M_a_of_signed_codes_must_be_at_least_3)
INTAGLIO_MODEL_ERROR(M_a_of_signed_codes_must_be_odd)
INTAGLIO_MODEL_ERROR(DoReFaAct_takes_1_to_8_bits)
INTAGLIO_MODEL_ERROR(padding_code_of_signs_must_be_minus_1_0_or_1)
INTAGLIO_MODEL_ERROR(padding_code_is_neither_0_nor_a_code_of_its_activation)
INTAGLIO_MODEL_ERROR(parameter_of_surrogate_must_be_positive)
INTAGLIO_MODEL_ERROR(parameter_of_surrogate_must_lie_within_1e_minus_6_and_1e6)
INTAGLIO_MODEL_ERROR(activation_code_needs_more_than_8_bits)
INTAGLIO_MODEL_ERROR(activation_code_needs_more_than_16_bits)
INTAGLIO_MODEL_ERROR(weight_code_needs_more_than_8_bits)
INTAGLIO_MODEL_ERROR(weights_of_so_few_inputs_standardize_to_zero_give_NoWeightStandardization)
INTAGLIO_MODEL_ERROR(threshold_of_ternary_weights_exceeds_all_weights_of_so_few_inputs)
INTAGLIO_MODEL_ERROR(standardization_does_not_say_whether_it_removes_the_mean)
INTAGLIO_MODEL_ERROR(activation_missing_before_integer_layer)
INTAGLIO_MODEL_ERROR(activation_missing_before_float_layer)
INTAGLIO_MODEL_ERROR(two_norms_without_activation_between)
INTAGLIO_MODEL_ERROR(accumulator_needs_more_than_32_bits)
INTAGLIO_MODEL_ERROR(residual_branches_differ_in_channels)
INTAGLIO_MODEL_ERROR(residual_branches_differ_in_height)
INTAGLIO_MODEL_ERROR(residual_branches_differ_in_width)
INTAGLIO_MODEL_ERROR(branch_grid_needs_more_than_15_bits)
INTAGLIO_MODEL_ERROR(branch_grid_range_does_not_divide_its_grid)
INTAGLIO_MODEL_ERROR(dense_layer_needs_Flatten_after_an_image)
INTAGLIO_MODEL_ERROR(network_must_end_in_one_value_per_class)
INTAGLIO_MODEL_ERROR(layers_are_nested_too_deeply)
INTAGLIO_MODEL_ERROR(too_many_operations_define_INTAGLIO_MAX_OPERATIONS_and_raise_fconstexpr_steps_and_ops_limit)
INTAGLIO_MODEL_ERROR(float_weights_have_no_integer_program)
INTAGLIO_MODEL_ERROR(float_activations_have_no_integer_program)
INTAGLIO_MODEL_ERROR(norm_depends_on_each_input_and_has_no_integer_program)
INTAGLIO_MODEL_ERROR(layers_append_another_number_of_rows_than_they_have_primitives)

namespace detail {

template <Part P, std::int32_t Index>
struct PathPart {
    static constexpr auto value = P;
};
template <std::int32_t Index>
struct PathPart<Part::number, Index> {
    static constexpr auto value = Index;
};

/// A function of its own, so that the error line names only the sentence.
template <class Sentence>
constexpr bool spell() {
    return sizeof(Sentence) != 0;
}

/// Numbers print without a suffix if they are ints.
template <std::int64_t Value>
inline constexpr auto as_printed = Value;
template <std::int64_t Value>
requires(INT32_MIN <= Value && Value <= INT32_MAX) inline constexpr int as_printed<Value> = static_cast<int>(Value);

template <class Analysis, class Indices>
struct Message;
template <class Analysis, std::size_t... I>
struct Message<Analysis, std::index_sequence<I...>> {
    static constexpr const Problem& problem = Analysis::description.problem;
    using Where = model_error::in_layer<PathPart<problem.path.part[I], problem.path.index[I]>::value...>;
    using Expected = model_error::expected<as_printed<problem.expected>>;
    using Found = model_error::found<as_printed<problem.found>>;

    /// The path, then both numbers and the type to blame, where the problem has them.
    static constexpr auto words() {
        if constexpr (*problem.subject == no_subject && problem.expected == 0 && problem.found == 0) {
            return boost::mp11::mp_list<Where>{};
        } else if constexpr (*problem.subject == no_subject) {
            return boost::mp11::mp_list<Where, Expected, Found>{};
        } else if constexpr (problem.expected == problem.found) {
            return boost::mp11::mp_list<Where, model_error::subject<problem.subject>>{};
        } else {
            return boost::mp11::mp_list<Where, Expected, Found, model_error::subject<problem.subject>>{};
        }
    }
    using type = boost::mp11::mp_rename<decltype(words()), Sentence<problem.kind>::template type>;
};

}  // namespace detail

/// Base of a primary template that is to be specialised for a part: where the specialisation is missing, the error is
/// the name of the undefined type `Sentence`.
template <class Sentence>
struct Missing {
    static_assert(detail::spell<Sentence>());
};

/// Does not compile if `Analysis::description` (facts of a network) holds a mistake.
template <class Analysis>
constexpr bool raise() {
    constexpr const Problem& problem = Analysis::description.problem;
    if constexpr (problem.exists()) {
        using Indices = std::make_index_sequence<static_cast<std::size_t>(problem.path.printed())>;
        return detail::spell<typename detail::Message<Analysis, Indices>::type>();
    }
    return true;
}

// What other rooms build upon.
using detail::spell;

}  // namespace intaglio
