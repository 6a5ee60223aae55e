// Text put together from words and numbers. A chain of operator+ compiles to ten times the code.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Part of a text: a word, a character or a whole number.
class TextPart {
  public:
    TextPart(const char* word) : word_(word) {}
    TextPart(std::string_view word) : word_(word) {}
    TextPart(const std::string& word) : word_(word) {}
    TextPart(char character) : kind_(Kind::character), number_(static_cast<unsigned char>(character)) {}
    template <std::signed_integral T>
    TextPart(T number) : kind_(Kind::number), number_(static_cast<unsigned long long>(number)) {}
    template <std::unsigned_integral T>
    TextPart(T number) : kind_(Kind::natural_number), number_(number) {}
    TextPart(bool) = delete;

    [[gnu::cold]] void add_to(std::string& text) const {
        char digits[24];
        char* end = digits;
        switch (kind_) {
            case Kind::word:
                text += word_;
                return;
            case Kind::character:
                text += static_cast<char>(number_);
                return;
            case Kind::number:
                end = std::to_chars(digits, digits + sizeof(digits), static_cast<long long>(number_)).ptr;
                break;
            case Kind::natural_number:
                end = std::to_chars(digits, digits + sizeof(digits), number_).ptr;
                break;
        }
        text.append(digits, end);
    }

  private:
    enum class Kind : unsigned char { word, character, number, natural_number };

    std::string_view word_;
    Kind kind_ = Kind::word;
    unsigned long long number_ = 0;
};

/// The parts one after another: joined({"section ", 3, " of ", name}).
[[gnu::cold, gnu::noinline]] inline std::string joined(std::initializer_list<TextPart> parts) {
    std::string text;
    for (const TextPart& part : parts) part.add_to(text);
    return text;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
