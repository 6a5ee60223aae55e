// A confusion matrix as a table.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/report/table.hpp"
#include "intaglio/train/loop/metrics.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// One row per label and one column per prediction, the recall after each row and the precision below each column, in
/// percent; a dash where there is nothing to count. `names` are those of the classes, or empty: then their numbers.
/// Throws std::invalid_argument for another number of names.
[[gnu::cold]] [[nodiscard]] inline Table confusion_table(const ConfusionMatrix& matrix,
                                                         std::span<const std::string> names = {}) {
    const std::int32_t classes = matrix.classes();
    if (!names.empty() && names.size() != static_cast<std::size_t>(classes)) {
        throw std::invalid_argument(joined({"confusion table: ", names.size(), " names for ", classes, " classes"}));
    }
    const auto name = [&](std::int32_t c) {
        return names.empty() ? std::to_string(c) : names[static_cast<std::size_t>(c)];
    };
    const auto percent = [](double share) {
        return train::is_finite(share) ? fixed(100 * share, 1) : std::string("-");
    };
    std::vector<Column> columns{{"label", Align::left}};
    std::vector<std::string> last{"precision"};
    for (std::int32_t c = 0; c < classes; ++c) {
        columns.push_back({name(c), Align::right});
        last.push_back(percent(matrix.precision(c)));
    }
    columns.push_back({"recall", Align::right});
    last.push_back(percent(matrix.accuracy()));
    Table table(std::move(columns));
    for (std::int32_t label = 0; label < classes; ++label) {
        std::vector<std::string> row{name(label)};
        for (std::int32_t c = 0; c < classes; ++c) row.push_back(grouped(matrix.count(label, c)));
        row.push_back(percent(matrix.recall(label)));
        table.add_row(std::move(row));
    }
    table.add_rule();
    table.add_row(std::move(last));
    return table;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
