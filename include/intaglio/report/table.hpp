// Tables of text: aligned for a terminal, or as Markdown.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

enum class Align { left, right };

/// U+202F, the narrow no-break space that typographers put between groups of digits.
inline constexpr std::string_view thin_space = "\u202f";

/// A whole number in groups of three digits: 1234567 gives "1 234 567"; four digits stay together ("1234").
[[nodiscard]] inline std::string grouped(std::int64_t value, std::string_view separator = " ") {
    const std::string digits = std::to_string(value);
    const std::size_t sign = value < 0 ? 1 : 0;
    if (digits.size() - sign <= 4) return digits;
    std::string text = digits.substr(0, sign);
    for (std::size_t index = sign; index < digits.size(); ++index) {
        if (index > sign && (digits.size() - index) % 3 == 0) text += separator;
        text += digits[index];
    }
    return text;
}

/// A number with `decimals` digits after the point, for example fixed(91.347, 2) = "91.35".
[[nodiscard]] inline std::string fixed(double value, int decimals) {
    const int length = std::snprintf(nullptr, 0, "%.*f", decimals, value);
    std::string text(static_cast<std::size_t>(std::max(length, 0)) + 1, '\0');
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    text.pop_back();
    return text;
}

/// One column: its header, and how its cells are aligned.
struct Column {
    std::string header;
    Align align = Align::left;
};

/// A table of text (UTF-8; every code point is taken as one place wide).
class Table {
  public:
    explicit Table(std::vector<Column> all_columns) : columns(std::move(all_columns)) {
        if (columns.empty()) throw std::invalid_argument("table: no columns");
    }

    /// Adds a row. Errors: std::invalid_argument unless there is one cell for each column.
    void add_row(std::vector<std::string> cells) {
        if (cells.size() != columns.size()) {
            throw std::invalid_argument(
                joined({"table: a row of ", cells.size(), " cells for ", columns.size(), " columns"}));
        }
        rows.push_back(std::move(cells));
    }

    /// Adds a line across the table, for example above a sum. Markdown has none, so it is omitted.
    void add_rule() { rows.emplace_back(); }

    /// Prints for a terminal: header, line, rows; two spaces between columns, none at the end of a line.
    void print(std::ostream& out) const {
        const auto widths = column_widths(plain_cell, 0);
        std::size_t total = 2 * (widths.size() - 1);
        for (const std::size_t width : widths) total += width;
        const std::string rule(total, '-');
        print_plain_row(out, headers(), widths);
        out << rule << '\n';
        for (const auto& row : rows) {
            if (row.empty()) {
                out << rule << '\n';
            } else {
                print_plain_row(out, row, widths);
            }
        }
    }

    /// Prints the same as a Markdown table, whose source is aligned, too.
    void print_markdown(std::ostream& out) const {
        constexpr std::size_t shortest_rule = 3;
        const auto widths = column_widths(markdown_cell, shortest_rule);
        print_markdown_row(out, headers(), widths);
        out << '|';
        for (std::size_t index = 0; index < columns.size(); ++index) {
            const bool right = columns[index].align == Align::right;
            out << ' ' << std::string(widths[index] - (right ? 1 : 0), '-') << (right ? ": |" : " |");
        }
        out << '\n';
        for (const auto& row : rows) {
            if (!row.empty()) print_markdown_row(out, row, widths);
        }
    }

  private:
    using Escape = std::string (*)(std::string_view);

    [[nodiscard]] static std::string plain_cell(std::string_view text) {
        std::string cell(text);
        std::replace_if(
            cell.begin(), cell.end(), [](char letter) { return static_cast<unsigned char>(letter) < 0x20; }, ' ');
        return cell;
    }

    [[nodiscard]] static std::string markdown_cell(std::string_view text) {
        std::string cell;
        for (const char letter : plain_cell(text)) {
            if (letter == '|' || letter == '\\') cell += '\\';
            cell += letter;
        }
        return cell;
    }

    /// Places that a text takes: its code points, that is, all bytes but continuation bytes.
    [[nodiscard]] static std::size_t places(std::string_view text) {
        return static_cast<std::size_t>(
            std::count_if(text.begin(), text.end(), [](char letter) { return (letter & 0xc0) != 0x80; }));
    }

    [[nodiscard]] static std::string aligned(std::string_view text, std::size_t width, Align align) {
        const std::string fill(width - places(text), ' ');
        return align == Align::left ? std::string(text) + fill : fill + std::string(text);
    }

    [[nodiscard]] std::vector<std::string> headers() const {
        std::vector<std::string> texts;
        for (const auto& column : columns) texts.push_back(column.header);
        return texts;
    }

    [[nodiscard]] std::vector<std::size_t> column_widths(Escape escape, std::size_t smallest) const {
        std::vector<std::size_t> widths(columns.size(), smallest);
        const auto widen = [&](const std::vector<std::string>& row) {
            for (std::size_t index = 0; index < row.size(); ++index) {
                widths[index] = std::max(widths[index], places(escape(row[index])));
            }
        };
        widen(headers());
        for (const auto& row : rows) widen(row);
        return widths;
    }

    void print_plain_row(std::ostream& out, const std::vector<std::string>& row,
                         const std::vector<std::size_t>& widths) const {
        std::string line;
        for (std::size_t index = 0; index < row.size(); ++index) {
            line += (index == 0 ? "" : "  ") + aligned(plain_cell(row[index]), widths[index], columns[index].align);
        }
        out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
    }

    void print_markdown_row(std::ostream& out, const std::vector<std::string>& row,
                            const std::vector<std::size_t>& widths) const {
        out << '|';
        for (std::size_t index = 0; index < row.size(); ++index) {
            out << ' ' << aligned(markdown_cell(row[index]), widths[index], columns[index].align) << " |";
        }
        out << '\n';
    }

    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;  ///< an empty one is a rule
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
