// Who reads a value: asked once for all values of a network, so that plans take one pass over the rows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/model/facts.hpp"

namespace intaglio {

/// The readers of each value of a network of `Values` values.
template <std::size_t Values>
struct Readers {
    Array<std::int32_t, Values> count{};  ///< operands, not rows: an operation may read a value twice
    Array<std::int32_t, Values> last{};   ///< the last row that reads it; none if no row does

    constexpr explicit Readers(const FactsView& facts) {
        for (std::size_t v = 0; v < Values; ++v) last[v] = none;
        for (std::size_t i = 0; i < facts.rows.size; ++i) {
            const std::int32_t read[] = {facts.rows[i].input, facts.rows[i].second_input};
            for (const std::int32_t value : read) {
                if (value == none) continue;
                ++count[static_cast<std::size_t>(value)];
                last[static_cast<std::size_t>(value)] = static_cast<std::int32_t>(i);
            }
        }
    }
};

}  // namespace intaglio
