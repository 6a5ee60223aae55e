// Names of parts with numbers in them, spelled at compile time.
//
// Always inline: this room belongs to no instruction set, so that no function of it may lie in an object file of its
// own right, where a linker would merge copies that were compiled for different processors.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "intaglio/core/array.hpp"

namespace intaglio::detail {

/// A name that ends in zeros.
using NameText = Array<char, 160>;

[[gnu::always_inline]] constexpr void append(NameText& text, std::size_t& length, const char* words) {
    while (*words != '\0') text[length++] = *words++;
}

/// A whole number with `places` of its digits after the point.
[[gnu::always_inline]] constexpr void append_decimal(NameText& text, std::size_t& length, std::int64_t digits,
                                                     int places) {
    std::int64_t power = 1;
    for (int i = 0; i < places; ++i) power *= 10;
    std::int64_t whole_power = 1;
    while (digits / power / whole_power >= 10) whole_power *= 10;
    for (; whole_power > 0; whole_power /= 10) {
        text[length++] = static_cast<char>('0' + digits / power / whole_power % 10);
    }
    if (places > 0) text[length++] = '.';
    for (power /= 10; places > 0; --places, power /= 10) {
        text[length++] = static_cast<char>('0' + digits / power % 10);
    }
}

/// The shortest decimal fraction of at most 15 digits that is `value`, else the bits of `value`: different values have
/// different texts.
[[gnu::always_inline]] constexpr void append_number(NameText& text, std::size_t& length, double value) {
    if (value < 0) {
        text[length++] = '-';
        value = -value;
    }
    double scale = 1;
    for (int places = 0; places <= 15 && value < 1e15 / scale; ++places, scale *= 10) {
        const auto digits = static_cast<std::int64_t>(value * scale + 0.5);
        if (static_cast<double>(digits) / scale == value) return append_decimal(text, length, digits, places);
    }
    append(text, length, "0x");
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 60; shift >= 0; shift -= 4) text[length++] = "0123456789abcdef"[bits >> shift & 15U];
}

/// "words" if `value` is the default, else "words, parameter value".
constexpr NameText name_with_parameter(const char* words, const char* parameter, double value, double usual) {
    NameText text{};
    std::size_t length = 0;
    append(text, length, words);
    if (value == usual) return text;
    append(text, length, ", ");
    append(text, length, parameter);
    append(text, length, " ");
    append_number(text, length, value);
    return text;
}

/// A name of several parts, with commas between.
struct NameParts {
    NameText text{};
    std::size_t length = 0;

    [[gnu::always_inline]] constexpr void add(const char* words) {
        if (length > 0) append(text, length, ", ");
        append(text, length, words);
    }
    [[gnu::always_inline]] constexpr void add(const char* words, double value) {
        add(words);
        append(text, length, " ");
        append_number(text, length, value);
    }
};

}  // namespace intaglio::detail

namespace intaglio {

using detail::NameParts;

}  // namespace intaglio
