// Whether numbers are finite, by their bits: a compiler that assumes that there is no NaN cannot assume this away.
#pragma once

#include <bit>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Whether a number is neither infinite nor NaN, whatever the flags of the compiler.
inline bool is_finite(float value) {
    constexpr std::uint32_t exponent = 0x7f800000U;
    return (std::bit_cast<std::uint32_t>(value) & exponent) != exponent;
}
inline bool is_finite(double value) {
    constexpr std::uint64_t exponent = 0x7ff0000000000000U;
    return (std::bit_cast<std::uint64_t>(value) & exponent) != exponent;
}
/// The same of `count` numbers.
inline bool all_finite(const float* values, std::int64_t count) {
    bool finite = true;
    for (std::int64_t i = 0; i < count; ++i) finite &= is_finite(values[i]);
    return finite;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
