// Training of tables of codes: the forward pass looks up the entries of the integer program, the way back follows the
// function that they stand for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/code_table.hpp"
#include "intaglio/model/code_table.hpp"
#include "intaglio/train/program/stateless.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// An entry and a derivative for each code of the input.
struct CodeTableState {
    std::vector<std::int32_t> entries;
    std::vector<Gradient> slopes;
};

namespace detail {

/// The value of a function in units of 2^-30, clamped to the codes that it gives.
template <class Function>
double clamped_value(std::int64_t numerator, std::int64_t denominator) {
    constexpr CodeRange codes = Function::codes;
    constexpr double unit = static_cast<double>(fixed_one) / static_cast<double>(Function::denominator);
    const double lowest = static_cast<double>(codes.lowest) * unit;
    const double highest = static_cast<double>(codes.highest) * unit;
    const auto value = static_cast<double>(Function::value(numerator, denominator));
    return value < lowest ? lowest : value > highest ? highest : value;
}

}  // namespace detail

/// The derivative at a code, by the difference quotient over the values that round to it; of functions that give codes
/// alone by that of the entries beside it, within `codes`.
template <class Function>
double table_slope(std::int64_t code, std::int64_t denominator, CodeRange codes) {
    const auto input_unit = static_cast<double>(denominator);
    if constexpr (HasRealValue<Function>) {
        const double rise = detail::clamped_value<Function>(2 * code + 1, 2 * denominator) -
                            detail::clamped_value<Function>(2 * code - 1, 2 * denominator);
        return rise / static_cast<double>(fixed_one) * input_unit;
    } else {
        const std::int64_t before = code > codes.lowest ? code - 1 : code;
        const std::int64_t after = code < codes.highest ? code + 1 : code;
        if (before == after) return 0;
        const std::int64_t rise =
            table_entry<Function>(after, denominator) - table_entry<Function>(before, denominator);
        return static_cast<double>(rise) / static_cast<double>(Function::denominator) * input_unit /
               static_cast<double>(after - before);
    }
}

template <class Function>
struct FilledCodeTable : CodeTableState {
    [[gnu::cold]] FilledCodeTable(const Site& site, std::int64_t /*capacity*/) {
        const Value& in = *site.input.value;
        for (std::int64_t code = in.codes.lowest; code <= in.codes.highest; ++code) {
            entries.push_back(static_cast<std::int32_t>(table_entry<Function>(code, in.denominator)));
            slopes.push_back(static_cast<Gradient>(table_slope<Function>(code, in.denominator, in.codes)));
        }
    }
};

template <class Function>
struct Operation<primitive::CodeTable<Function>> : Stateless {
    template <class Kind>
    using State = FilledCodeTable<Function>;

    template <class Kind>
    static void forward(const CodeTableState& state, const Site& site, Context& context) {
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            kernels::look_up(in, site.output.size(), site.row->extents.lowest_code, state.entries.data(), out);
        });
    }

    template <class Kind>
    static void backward(const CodeTableState& state, const Site& site, Context& context) {
        const std::int32_t lowest = site.row->extents.lowest_code;
        const auto* codes_in = codes<typename Kind::input>(context, site.input);
        each_gradient(site, site.input, context,
                      [&](std::int64_t image, const Gradient* dout, bool add, Gradient* din) {
                          const auto* in = codes_in + image * site.input.size();
                          for (std::int64_t i = 0; i < site.output.size(); ++i) {
                              const Gradient own = dout[i] * state.slopes[static_cast<std::size_t>(in[i] - lowest)];
                              din[i] = add ? din[i] + own : own;
                          }
                      });
    }

    template <class Kind>
    [[gnu::cold]] static void lower(const CodeTableState& state, const Site&, Lowering&, RowNumbers& numbers) {
        numbers.numbers.assign(state.entries.begin(), state.entries.end());
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
