// The memory plan of the integer program: which steps run inside a product, where every value and parameter lies.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "intaglio/model/facts.hpp"
#include "intaglio/model/intervals.hpp"

namespace intaglio::model_error {
template <class...>
struct operation_has_no_integer_program_specialise_integer_Operation;
}  // namespace intaglio::model_error

namespace intaglio::integer {

/// The integer program of a primitive operation; specialised once per primitive, in operations.hpp or by a user.
/// A specialisation has
/// `parameter_bytes<Tag, Net, Index>()`, `workspace_bytes<Tag, Net, Index>()` and `run<Tag, Net, Index>(Frame&)`.
template <class Primitive>
struct Operation : Missing<model_error::operation_has_no_integer_program_specialise_integer_Operation<Primitive>> {};

/// The step that runs inside product `row`, so that its accumulators are never stored; none if there is none.
template <class Facts>
constexpr std::int32_t fused_step(const Facts& facts, std::int32_t row) {
    if (facts.row(row).weights == 0) return none;
    std::int32_t value = facts.row(row).output;
    for (;;) {
        std::int32_t reader = none;
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(Facts::row_count()); ++i) {
            if (facts.row(i).input != value && facts.row(i).second_input != value) continue;
            if (reader != none) return none;
            reader = i;
        }
        if (reader == none) return none;
        if (facts.row(reader).steps > 0) return reader;
        // A norm moves no data: look behind it.
        value = facts.row(reader).output;
        if (facts.value(value).norm_row != reader) return none;
    }
}

/// Where the parts of a network lie.
template <std::size_t Rows, std::size_t Values>
struct Plan {
    Array<std::int32_t, Rows> fused{};       ///< of a product: the row of its step
    Array<bool, Rows> runs_elsewhere{};      ///< of a step: it runs inside a product
    Array<std::int64_t, Rows> parameters{};  ///< bytes from the start of the parameters
    Array<std::int64_t, Values> values{};    ///< bytes from the start of the arena
    Array<std::int64_t, Rows> workspace{};   ///< bytes from the start of the arena
    std::int64_t parameter_bytes = 0;
    std::int64_t arena_bytes = 0;
};

namespace detail {

/// For `raise`: why a network has no integer program, if so.
template <class Net>
struct Refusal {
    struct Description {
        Problem problem;
    };
    static constexpr Description description{facts<Net>.refusal()};
};

template <class Tag, class Net, class Sequence>
struct MakePlan;

template <class Tag, class Net, std::size_t... I>
struct MakePlan<Tag, Net, std::index_sequence<I...>> {
    template <std::size_t Index>
    using Op = Operation<boost::mp11::mp_at_c<typename Net::primitives, Index>>;

    static constexpr auto run() {
        static_assert(raise<Refusal<Net>>());
        constexpr std::size_t rows = sizeof...(I);
        constexpr const auto& table = facts<Net>;
        constexpr std::size_t value_capacity = rows + 1;
        Plan<rows, value_capacity> plan;
        for (std::size_t i = 0; i < rows; ++i) {
            plan.fused[i] = fused_step(table, static_cast<std::int32_t>(i));
            if (plan.fused[i] != none) plan.runs_elsewhere[static_cast<std::size_t>(plan.fused[i])] = true;
        }
        const std::int64_t parameter_bytes[] = {
            static_cast<std::int64_t>(Op<I>::template parameter_bytes<Tag, Net, I>())...};
        const std::int64_t workspace_bytes[] = {
            static_cast<std::int64_t>(Op<I>::template workspace_bytes<Tag, Net, I>())...};
        for (std::size_t i = 0; i < rows; ++i) {
            plan.parameters[i] = plan.parameter_bytes;
            plan.parameter_bytes += aligned(parameter_bytes[i]);
        }
        // The values, then the workspace of each operation, which lives while the operation runs.
        Array<Interval, value_capacity + rows> memory;
        for (std::size_t i = 0; i < rows; ++i) {
            const Row& row = table.rows[i];
            const Value& out = table.value(row.output);
            const auto now = static_cast<std::int32_t>(i);
            memory[value_capacity + i] = {.size = workspace_bytes[i], .first = now, .last = now};
            if (out.memory == row.output && plan.fused[i] == none) {
                Interval& interval = memory[static_cast<std::size_t>(row.output)];
                interval.size = out.shape.size() * bytes(out.storage);
                interval.first = now;
                extend(interval, now);
            }
            extend(memory[static_cast<std::size_t>(table.value(row.input).memory)], now);
            if (row.second_input != none) {
                extend(memory[static_cast<std::size_t>(table.value(row.second_input).memory)], now);
            }
        }
        // A fused step writes its codes while its product runs.
        for (std::size_t i = 0; i < rows; ++i) {
            if (plan.fused[i] != none) {
                memory[static_cast<std::size_t>(table.row(plan.fused[i]).output)].first = static_cast<std::int32_t>(i);
            }
        }
        memory[0].size = 0;  // the caller's pixels
        plan.arena_bytes = lay_out(memory);
        for (std::size_t v = 0; v < value_capacity; ++v) plan.values[v] = memory[v].offset;
        for (std::size_t i = 0; i < rows; ++i) plan.workspace[i] = memory[value_capacity + i].offset;
        return plan;
    }

  private:
    static constexpr void extend(Interval& interval, std::int32_t row) {
        if (row > interval.last) interval.last = row;
    }
};

}  // namespace detail

template <class Net, class Tag>
inline constexpr auto plan =
    detail::MakePlan<Tag, Net, std::make_index_sequence<boost::mp11::mp_size<typename Net::primitives>::value>>::run();

}  // namespace intaglio::integer
