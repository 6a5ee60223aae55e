// Whether the numbers of a model fit a network: what is packed may come from anywhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/canonical/model.hpp"
#include "intaglio/canonical/packed_codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/integer/step_parameters.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace canonical_detail {

[[gnu::cold]] inline void require_count(const std::string& place, const char* what, std::size_t found,
                                        std::int64_t expected) {
    if (static_cast<std::int64_t>(found) == expected) return;
    throw std::invalid_argument(joined({"model, ", place, ": expected ", expected, " ", what, ", found ", found}));
}

/// accumulator * multiplier + addend is computed in 64 bits.
[[gnu::cold]] inline void require_no_overflow(const std::string& place, const RowNumbers& numbers, CodeRange codes) {
    const std::size_t multipliers = numbers.multipliers.size();
    const std::size_t addends = numbers.addends.size();
    for (std::size_t c = 0; multipliers > 0 && addends > 0 && c < std::max(multipliers, addends); ++c) {
        const std::int64_t multiplier = numbers.multipliers[multipliers == 1 ? 0 : c];
        const std::int64_t addend = numbers.addends[addends == 1 ? 0 : c];
        std::int64_t sum = 0;
        if (__builtin_add_overflow(codes.lowest * multiplier, addend, &sum) ||
            __builtin_add_overflow(codes.highest * multiplier, addend, &sum)) {
            throw std::invalid_argument(
                joined({"model, ", place, ": the addend ", addend, " of channel ", c, " overflows 64 bits"}));
        }
    }
}

/// What kernels rely on: some count the levels below a code, others look at one of them.
[[gnu::cold]] inline void require_thresholds(const std::string& place, const RowNumbers& numbers, const Row& row) {
    const std::size_t channels = numbers.falling.size();
    for (std::size_t c = 0; c < channels; ++c) {
        if (numbers.falling[c] > 1) {
            throw std::invalid_argument(
                joined({"model, ", place, ": the direction of channel ", c, " is 0 or 1, found ", numbers.falling[c]}));
        }
    }
    const auto same = static_cast<std::size_t>(row.code_spacing);
    for (std::size_t i = 0; i < numbers.thresholds.size(); ++i) {
        const std::size_t first = i / channels / same * same * channels + i % channels;
        if (numbers.thresholds[i] != numbers.thresholds[first]) {
            throw std::invalid_argument(joined({"model, ", place, ": the thresholds of channel ", i % channels,
                                                " between two codes are one number, found ", numbers.thresholds[first],
                                                " and ", numbers.thresholds[i]}));
        }
    }
}

[[gnu::cold]] inline void require_fitting(const RowNumbers& numbers, const FactsView& facts, const Row& row,
                                          bool is_last) {
    const std::string place = place_text(row);
    const std::int64_t channels = facts.value(row.output).shape.channels;
    require_count(place, "weight codes", numbers.weights.size(), row.weight_states > 0 ? row.weights : 0);
    const CodePacking states = code_packing(row);
    for (const std::int8_t code : numbers.weights) {
        if (row.weight_codes.contains(code) && (code - states.lowest) % states.step != 0) {
            throw std::invalid_argument(
                joined({"model, ", place, ": weight code ", code, " is none of its ", row.weight_states, " states"}));
        }
        if (!row.weight_codes.contains(code)) {
            throw std::invalid_argument(
                joined({"model, ", place, ": weight code ", code, " lies outside of ", range_text(row.weight_codes)}));
        }
    }
    const bool steps = row.steps > 0 || is_last;
    const bool thresholds = row.steps > 0 && row.has_thresholds();
    require_count(place, "thresholds", numbers.thresholds.size(), thresholds ? row.steps * channels : 0);
    require_count(place, "directions of steps", numbers.falling.size(), thresholds ? channels : 0);
    require_thresholds(place, numbers, row);
    const bool multiplies = steps && !thresholds;
    require_count(place, "multipliers", numbers.multipliers.size(), multiplies ? row.scale.multipliers(channels) : 0);
    require_count(place, "addends", numbers.addends.size(), multiplies ? row.scale.addends(channels) : 0);
    require_count(place, "shifts", numbers.shifts.size(), multiplies && !is_last ? row.scale.multipliers(channels) : 0);
    for (const std::uint8_t shift : numbers.shifts) {
        if (shift < 1 || shift > 62) {
            throw std::invalid_argument(joined({"model, ", place, ": a shift is 1 ... 62, found ", shift}));
        }
    }
    require_no_overflow(place, numbers, facts.value(row.input).codes);
    if (row.table == 0) return;
    require_count(place, "entries of its table", numbers.numbers.size(), row.table);
    for (std::size_t i = 0; i < numbers.numbers.size(); ++i) {
        if (!row.codes.contains(numbers.numbers[i])) {
            throw std::invalid_argument(
                joined({"model, ", place, ": entry ", numbers.numbers[i], " lies outside of ", range_text(row.codes)}));
        }
    }
}

}  // namespace canonical_detail

/// Throws std::invalid_argument, which names the layer, if the numbers do not fit the network.
[[gnu::cold]] inline void require_fitting(const ModelNumbers& model, const FactsView& facts) {
    if (model.rows.size() != facts.rows.size) {
        throw std::invalid_argument(joined({"model: expected ", facts.rows.size, " rows, found ", model.rows.size()}));
    }
    for (std::size_t i = 0; i < facts.rows.size; ++i) {
        canonical_detail::require_fitting(model.rows[i], facts, facts.rows[i], i + 1 == facts.rows.size);
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
