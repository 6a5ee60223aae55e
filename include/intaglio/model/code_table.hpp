// Functions of one code as layers: tables with an entry for each code, the same integers in every program.
#pragma once

#include <cstdint>

#include "intaglio/model/pool.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(table_reads_codes_not_real_numbers)
INTAGLIO_MODEL_ERROR(table_needs_codes_without_a_scale_put_it_before_dropout_and_trained_steps)
INTAGLIO_MODEL_ERROR(table_takes_at_most_256_codes)
INTAGLIO_MODEL_ERROR(code_function_needs_a_static_constexpr_name)
INTAGLIO_MODEL_ERROR(code_function_needs_a_static_constexpr_CodeRange_codes)
INTAGLIO_MODEL_ERROR(code_function_needs_a_static_constexpr_integer_denominator)
INTAGLIO_MODEL_ERROR(code_function_needs_static_code_or_value_of_two_integers)

/// What functions give as `value`: real numbers in units of 2^-30.
inline constexpr std::int64_t fixed_one = std::int64_t{1} << 30;

/// A function of codes that tells the real number from which its code is rounded.
template <class T>
concept HasRealValue = requires(std::int64_t n) {
    std::int64_t{T::value(n, n)};
};

namespace detail {

template <class T>
concept HasCodeOfCode = requires(std::int64_t n) {
    std::int64_t{T::code(n, n)};
};

// Always inline: this room belongs to no instruction set.

/// The largest integer that is not above numerator / denominator, which is positive.
[[gnu::always_inline]] constexpr std::int64_t floor_division(std::int64_t numerator, std::int64_t denominator) {
    return numerator / denominator - (numerator % denominator < 0 ? 1 : 0);
}
/// numerator / denominator, rounded half up.
[[gnu::always_inline]] constexpr std::int64_t rounded_division(std::int64_t numerator, std::int64_t denominator) {
    return floor_division(2 * numerator + denominator, 2 * denominator);
}

}  // namespace detail

/// A function of one code: a type with a `name`, the range `codes` and the `denominator` of what it gives, all static
/// constexpr, and one of two static functions on integers, so that all machines compute the same:
/// - `code(code, denominator)`: the code of the result, where the argument stands for code / denominator,
/// - `value(numerator, denominator)`: the result in units of 2^-30, of which the code is the nearest one, half up.
/// A function with both has its codes from the first and its derivative from the second; otherwise the derivative is
/// that of the codes. Codes are clamped to the range. Optional: `identity`, a number that tells functions of one name
/// apart, and `problem()`, the mistake in its parameters.
template <class T>
concept CodeFunction = HasName<T> && detail::HasCodes<T> && detail::HasDenominator<T> &&
    (detail::HasCodeOfCode<T> || HasRealValue<T>);

/// The entry of a function's table for a code.
template <class Function>
[[gnu::always_inline]] constexpr std::int64_t table_entry(std::int64_t code, std::int64_t denominator) {
    std::int64_t entry = 0;
    if constexpr (detail::HasCodeOfCode<Function>) {
        entry = Function::code(code, denominator);
    } else {
        entry = detail::rounded_division(Function::value(code, denominator) * Function::denominator, fixed_one);
    }
    constexpr CodeRange codes = Function::codes;
    return entry < codes.lowest ? codes.lowest : entry > codes.highest ? codes.highest : entry;
}

namespace primitive {

/// out = Function(in), code by code.
template <class Function>
struct CodeTable {
    static constexpr void describe(Builder& b) {
        const Value& in = b.in();
        Row row{.kind = Function::name, .table = in.codes.states()};
        row.extents.lowest_code = static_cast<std::int32_t>(in.codes.lowest);
        if constexpr (requires { Function::identity; }) row.settings = {{Function::identity, 0}};
        b.append(row, Value{.shape = in.shape,
                            .codes = Function::codes,
                            .denominator = Function::denominator,
                            .storage = smallest_storage(Function::codes)});
    }
};

}  // namespace primitive

namespace detail {

template <class Function>
constexpr Problem code_function_problem() {
    const char* subject = &model_error::the<Function>::type;
    if constexpr (!HasName<Function>) {
        return {.kind = &code_function_needs_a_static_constexpr_name, .subject = subject};
    } else if constexpr (!HasCodes<Function>) {
        return {.kind = &code_function_needs_a_static_constexpr_CodeRange_codes, .subject = subject};
    } else if constexpr (!HasDenominator<Function>) {
        return {.kind = &code_function_needs_a_static_constexpr_integer_denominator, .subject = subject};
    } else if constexpr (!CodeFunction<Function>) {
        return {.kind = &code_function_needs_static_code_or_value_of_two_integers, .subject = subject};
    } else if constexpr (requires { Function::problem(); }) {
        return Function::problem();
    } else {
        return {};
    }
}

}  // namespace detail

/// An element-wise activation as a table: the code Function(c) for each code c. Any function is exact, since all
/// programs look up the same entries. It reads at most 256 codes, behind an activation, whose scale nothing trains.
/// CodeTable<HardSwish<GridAct<-128, 127, 32>>>. `Function` is a CodeFunction: code_functions.hpp has some.
template <class Function>
struct CodeTable {
    template <class Defaults>
    struct resolved {
        using primitives = detail::mp_list<primitive::CodeTable<Function>>;
        static constexpr void describe(Builder& b) {
            constexpr Problem problem = detail::code_function_problem<Function>();
            if (problem.exists()) b.fail(problem);
            const Value& in = b.in();
            if (in.storage == Storage::float32) b.fail({.kind = &table_reads_codes_not_real_numbers});
            detail::check_codes(b);
            if (in.scaled) b.fail({.kind = &table_needs_codes_without_a_scale_put_it_before_dropout_and_trained_steps});
            if (in.codes.states() > 256) b.fail(table_takes_at_most_256_codes, 256, in.codes.states());
            if constexpr (CodeFunction<Function>) {
                if (Function::codes.states() < 2) b.fail(M_a_must_be_at_least_2, 2, Function::codes.states());
                if (!b.failed()) primitive::CodeTable<Function>::describe(b);
            }
        }
    };
};

}  // namespace intaglio
