// Words for the options of a training: what is out of range, and the text by which two runs are compared.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/number_text.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// A list of settings as text, one a line, each after its name.
class SettingsText {
  public:
    [[gnu::cold]] void add(std::string_view words) {
        text_ += part_;
        text_ += words;
        text_ += '\n';
    }
    [[gnu::cold]] void add(std::string_view name, double value) { add(std::string(name) + ' ' + number_text(value)); }
    [[gnu::cold]] void add(std::string_view name, std::int64_t value) { add(joined({name, ' ', value})); }
    [[gnu::cold]] void add_lines(std::string_view lines) {
        for (std::size_t begin = 0; begin < lines.size();) {
            const std::size_t end = std::min(lines.find('\n', begin), lines.size());
            add(lines.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    /// Says what the settings that follow belong to.
    [[gnu::cold]] void begin_part(std::string_view name) { part_ = joined({name, ": "}); }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
    std::string part_;
};

/// Throws std::invalid_argument with the option's name and value unless `good` and the value is finite.
[[gnu::cold]] inline void require_option(bool good, std::string_view name, double value) {
    if (!good || !is_finite(value))
        throw std::invalid_argument(joined({name, " is out of range: ", number_text(value)}));
}
/// The same for a finite number that is at least `low` and at most `high`. NaN is out of range.
[[gnu::cold]] inline void require_option(double value, double low, double high, std::string_view name) {
    if (!is_finite(value) || !(value >= low && value <= high)) {
        throw std::invalid_argument(joined({name, " is out of range: expected ", number_text(low),
                                            (is_finite(high) ? joined({" to ", number_text(high)}) : " or more"),
                                            ", found ", number_text(value)}));
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
