// Counts that are kept as doubles.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The whole part of a count; 0 for what is none: numbers of a file may be anything, and converting a double that does
/// not fit an integer is undefined.
[[nodiscard]] constexpr std::int64_t whole_number(double count) {
    constexpr double exact = 9007199254740992;  // 2^53
    return count >= 0 && count <= exact ? static_cast<std::int64_t>(count) : 0;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
