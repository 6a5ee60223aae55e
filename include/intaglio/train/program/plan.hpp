// The memory plan of the training program: who writes which gradient, and how long each gradient lives.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/model/intervals.hpp"
#include "intaglio/model/readers.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Offsets in units of one image: bytes of codes and floats of gradients.
template <std::size_t Rows, std::size_t Values>
struct Plan {
    Array<std::int64_t, Values> codes{};        ///< bytes
    Array<std::int32_t, Values> gradient_of{};  ///< the value whose gradient memory this one uses
    Array<Interval, Values> gradients{};        ///< floats
    Array<std::int64_t, Rows> parameters{};     ///< index of the row's first parameter
    std::int64_t code_bytes = 0;
    std::int64_t gradient_floats = 0;
    std::int64_t parameter_count = 0;
    std::int64_t largest_weights = 0;
};

template <class Facts>
constexpr auto make_plan(const Facts& facts) {
    constexpr std::size_t rows = Facts::row_count();
    constexpr std::size_t values = rows + 1;
    Plan<rows, values> plan;
    const Readers<values> readers(facts.view());
    for (std::int32_t v = 0; v < static_cast<std::int32_t>(values); ++v)
        plan.gradient_of[static_cast<std::size_t>(v)] = v;
    for (std::size_t i = 0; i < rows; ++i) {
        const Row& row = facts.rows[i];
        const auto out_index = static_cast<std::size_t>(row.output);
        const Value& out = facts.value(row.output);
        plan.parameters[i] = plan.parameter_count;
        plan.parameter_count += row.parameters();
        plan.largest_weights = row.weights > plan.largest_weights ? row.weights : plan.largest_weights;
        if (out.training_memory == row.output) {
            plan.codes[out_index] = plan.code_bytes;
            plan.code_bytes += aligned(out.shape.size() * bytes(out.storage));
        }
        // The gradient of a norm is computed in place where nobody else reads the norm's input.
        const bool alias = out.memory != row.output;
        if (alias && readers.count[static_cast<std::size_t>(row.input)] == 1) {
            plan.gradient_of[out_index] = plan.gradient_of[static_cast<std::size_t>(row.input)];
        }
        const auto memory = static_cast<std::size_t>(plan.gradient_of[out_index]);
        if (out.needs_gradient && memory == out_index) {
            plan.gradients[out_index] = {
                .size = out.shape.size(), .first = static_cast<std::int32_t>(i), .last = static_cast<std::int32_t>(i)};
        }
        const std::int32_t read[] = {row.input, row.second_input};
        for (const std::int32_t value : read) {
            if (value == none) continue;
            Interval& gradient =
                plan.gradients[static_cast<std::size_t>(plan.gradient_of[static_cast<std::size_t>(value)])];
            if (static_cast<std::int32_t>(i) > gradient.last) gradient.last = static_cast<std::int32_t>(i);
        }
    }
    plan.gradient_floats = lay_out(plan.gradients);
    return plan;
}

template <class Net>
inline constexpr auto plan = make_plan(facts<Net>);

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
