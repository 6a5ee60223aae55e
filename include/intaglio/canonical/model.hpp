// The canonical model: the trained integers of a network as plain data. It depends on no instruction set, compiler
// or byte order. Training gives it (train/lowering.hpp); programs pack it for the machine that they run on.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/network.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The trained integers of one operation. What an operation does not have is empty.
struct RowNumbers {
    /// Weight codes [output unit][kernel row][kernel column][input channel of the group], as the facts describe them.
    std::vector<std::int8_t> weights;
    /// Of a step: [level][channel]. A code is the lowest one plus the number of levels m with accumulator >=
    /// thresholds[m], or -accumulator - 1 >= thresholds[m] where the step falls.
    std::vector<std::int32_t> thresholds;
    std::vector<std::uint8_t> falling;  ///< of a step by thresholds: 1 for each channel in which it falls
    /// Of a step: code = clamp((accumulator * multiplier + addend) >> shift); of the logits: accumulator * multiplier +
    /// addend. One for each channel, or one for all where the facts say so.
    std::vector<std::int32_t> multipliers;
    std::vector<std::int64_t> addends;  ///< those of a step hold the half that rounds
    std::vector<std::uint8_t> shifts;
    /// Of a table of codes: its entries, from that of the lowest code on; of an operation from outside of the library.
    std::vector<std::int64_t> numbers;

    bool operator==(const RowNumbers&) const = default;
};

/// What does not depend on the network's type.
struct ModelNumbers {
    std::vector<RowNumbers> rows;     ///< one for each row of the facts
    std::int32_t logit_exponent = 0;  ///< integer logits are logits * 2^logit_exponent

    /// What one unit of an integer logit is worth: logit = logit_unit() * integer logit.
    [[nodiscard]] double logit_unit() const { return std::ldexp(1.0, -logit_exponent); }
    bool operator==(const ModelNumbers&) const = default;
};

/// The trained integers of a network of type Net.
template <class Net>
struct Model : ModelNumbers {};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
