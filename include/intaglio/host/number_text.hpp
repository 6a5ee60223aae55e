// Floating-point numbers as decimal text.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The shortest decimal text that reads back as the same number, so that equal texts mean equal settings.
[[gnu::cold]] inline std::string number_text(double value) {
    char text[40];
    for (int digits = 6; digits <= 17; ++digits) {
        std::snprintf(text, sizeof text, "%.*g", digits, value);
        if (std::strtod(text, nullptr) == value) break;
    }
    return text;
}

/// The same with 6 digits, for numbers that a function computes: its last bits differ between mathematical libraries.
[[gnu::cold]] inline std::string rounded_text(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
