// An operation of a training program as its code sees it at run time: the row of the facts, its operands, and where
// their numbers lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/model/readers.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

using integer::Kind;

/// A value that an operation reads or writes. Places are those of one image; they count in images of the batch.
struct Operand {
    static constexpr std::int64_t network_input = -1;

    const Value* value = nullptr;  ///< null if the operation has no such operand
    std::int32_t index = none;
    std::int64_t codes = network_input;  ///< bytes
    std::int64_t gradient = 0;           ///< floats; says nothing where none is needed
    bool overwrites = false;             ///< the way back is the first to write this gradient; others add to it

    [[nodiscard]] Shape shape() const { return value->shape; }
    [[nodiscard]] std::int64_t size() const { return value->shape.size(); }
};

/// An operation of a network.
struct Site {
    FactsView facts{};
    std::int32_t index = 0;  ///< of the row
    const Row* row = nullptr;
    Operand input{};
    Operand second{};  ///< of an operation that joins two values
    Operand output{};
    std::int64_t parameters = 0;  ///< index of the first one, in the order of Row::parameters

    [[nodiscard]] std::int32_t channels() const { return output.value->shape.channels; }
};

/// The sites of a network with this plan, in order.
template <class Plan>
[[gnu::cold]] std::vector<Site> make_sites(const FactsView& facts, const Plan& plan) {
    const Readers<decltype(plan.codes)::size()> readers(facts);
    std::vector<Site> sites(facts.rows.size);
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const auto row = static_cast<std::int32_t>(i);
        const auto operand = [&](std::int32_t value) {
            Operand result;
            if (value == none) return result;
            const auto at = static_cast<std::size_t>(value);
            result.value = &facts.value(value);
            result.index = value;
            const auto memory = static_cast<std::size_t>(result.value->training_memory);
            if (memory != 0) result.codes = plan.codes[memory];
            result.gradient = plan.gradients[static_cast<std::size_t>(plan.gradient_of[at])].offset;
            // The way back goes from the last reader to the first.
            result.overwrites = readers.last[at] == row;
            return result;
        };
        Site& site = sites[i];
        site.facts = facts;
        site.index = row;
        site.row = &facts.rows[i];
        site.input = operand(site.row->input);
        site.second = operand(site.row->second_input);
        // An operation that reads one value twice goes back to its input first.
        if (site.row->second_input == site.row->input) site.second.overwrites = false;
        site.output = operand(site.row->output);
        site.parameters = plan.parameters[i];
    }
    return sites;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
