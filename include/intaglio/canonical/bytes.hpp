// A canonical model as bytes: the same from every compiler, flag set, instruction set and byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "intaglio/canonical/model.hpp"

namespace intaglio {

namespace detail {

template <class T>
void append_little_endian(std::vector<std::byte>& bytes, T value) {
    auto rest = static_cast<std::uint64_t>(static_cast<std::make_unsigned_t<T>>(value));
    for (std::size_t i = 0; i < sizeof(T); ++i, rest >>= 8) bytes.push_back(static_cast<std::byte>(rest & 0xff));
}
template <class T>
void append_numbers(std::vector<std::byte>& bytes, const std::vector<T>& numbers) {
    append_little_endian(bytes, static_cast<std::uint64_t>(numbers.size()));
    for (const T number : numbers) append_little_endian(bytes, number);
}

}  // namespace detail

/// The exponent of the logits and the number of rows, then for each row its lists in the order of RowNumbers, each
/// behind its length in 8 bytes. All numbers are little-endian and as wide as their type.
[[nodiscard]] inline std::vector<std::byte> canonical_bytes(const ModelNumbers& model) {
    std::vector<std::byte> bytes;
    detail::append_little_endian(bytes, model.logit_exponent);
    detail::append_little_endian(bytes, static_cast<std::uint64_t>(model.rows.size()));
    for (const RowNumbers& row : model.rows) {
        detail::append_numbers(bytes, row.weights);
        detail::append_numbers(bytes, row.thresholds);
        detail::append_numbers(bytes, row.falling);
        detail::append_numbers(bytes, row.multipliers);
        detail::append_numbers(bytes, row.addends);
        detail::append_numbers(bytes, row.shifts);
        detail::append_numbers(bytes, row.numbers);
    }
    return bytes;
}

}  // namespace intaglio
