// Text of generated C: lines, blocks and arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intaglio/core/codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Collects lines of C, indented by the blocks that are open.
class CWriter {
  public:
    [[gnu::cold]] void line(std::initializer_list<TextPart> parts) {
        text_.append(4 * depth_, ' ');
        for (const TextPart& part : parts) part.add_to(text_);
        text_ += '\n';
    }
    /// A line that begins a block, without its brace.
    [[gnu::cold]] void open(std::initializer_list<TextPart> parts) {
        line({joined(parts), " {"});
        ++depth_;
    }
    [[gnu::cold]] void open_block() {
        line({"{"});
        ++depth_;
    }
    [[gnu::cold]] void close() {
        --depth_;
        line({"}"});
    }
    /// A loop of `count` turns. `advance` is added to the head: ", p += 3".
    [[gnu::cold]] void loop(std::string_view index, std::int64_t count, std::string_view advance = "") {
        open({"for (int32_t ", index, " = 0; ", index, " < ", count, "; ++", index, advance, ")"});
    }
    [[gnu::cold]] void blank() { text_ += '\n'; }

    /// The lines of another writer, `depth` blocks further in.
    [[gnu::cold]] void append(const CWriter& other, std::size_t depth = 0) {
        bool begins_line = true;
        for (const char c : other.text_) {
            if (begins_line) text_.append(4 * depth, ' ');
            text_ += c;
            begins_line = c == '\n';
        }
    }

    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
    std::size_t depth_ = 0;
};

namespace io_detail {

/// The C type of stored codes. Those of several bytes may lie in memory of any declared type.
[[gnu::cold]] inline std::string c_type(const std::string& prefix, Storage storage) {
    switch (storage) {
        case Storage::uint8:
            return "uint8_t";
        case Storage::int8:
            return "int8_t";
        case Storage::int16:
            return joined({prefix, "_int16"});
        default:
            return joined({prefix, "_int32"});
    }
}

/// The smallest C type of constants.
[[gnu::cold]] inline std::string c_constant_type(CodeRange range) {
    if (range.lowest >= 0 && range.highest <= 255) return "uint8_t";
    if (range.lowest >= -128 && range.highest <= 127) return "int8_t";
    if (range.lowest >= -32768 && range.highest <= 32767) return "int16_t";
    if (range.lowest >= INT32_MIN && range.highest <= INT32_MAX) return "int32_t";
    return "int64_t";
}

/// A number as C reads it, also the smallest of its type.
[[gnu::cold]] inline std::string c_number(std::int64_t number) {
    if (number == std::numeric_limits<std::int64_t>::min()) return "(-INT64_C(9223372036854775807) - 1)";
    if (number >= -INT32_MAX && number <= INT32_MAX) return std::to_string(number);
    return joined({number < 0 ? "-" : "", "INT64_C(", number < 0 ? -number : number, ")"});
}

}  // namespace io_detail

/// The text of `static const` arrays. PREFIX_CONST stands before each, for an attribute of the user.
class CArrays {
  public:
    explicit CArrays(std::string prefix) : prefix_(std::move(prefix)) {}

    /// Adds an array of numbers of the smallest type that holds them; returns the type.
    template <class T>
    [[gnu::cold]] std::string add(const std::string& name, const std::vector<T>& numbers) {
        CodeRange range{0, 0};
        for (const T number : numbers) {
            const auto value = static_cast<std::int64_t>(number);
            range.lowest = value < range.lowest ? value : range.lowest;
            range.highest = value > range.highest ? value : range.highest;
        }
        const std::string type = io_detail::c_constant_type(range);
        add(name, type, numbers);
        return type;
    }
    template <class T>
    [[gnu::cold]] void add(const std::string& name, const std::string& type, const std::vector<T>& numbers) {
        text_ += joined({prefix_, "_CONST static const ", type, " ", prefix_, "_", name, "[", numbers.size(), "] = {"});
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            text_ += i % 24 == 0 ? "\n    " : " ";
            if (type == "uint32_t") {
                text_ += joined({static_cast<std::uint32_t>(numbers[i]), "U,"});
            } else {
                text_ += io_detail::c_number(static_cast<std::int64_t>(numbers[i]));
                text_ += ',';
            }
        }
        text_.back() = '}';
        text_ += ";\n";
    }

    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string prefix_;
    std::string text_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
