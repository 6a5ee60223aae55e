// A canonical model as bytes: the same from every compiler, flag set, instruction set and byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace canonical_detail {

template <class T>
void append_numbers(std::vector<std::byte>& bytes, std::span<const T> numbers) {
    const std::size_t size = bytes.size();
    bytes.resize(size + numbers.size_bytes());
    store_little_endian(numbers, reinterpret_cast<std::uint8_t*>(bytes.data() + size));
}
template <class T>
void append_number(std::vector<std::byte>& bytes, const T& number) {
    append_numbers(bytes, std::span<const T>(&number, 1));
}
template <class T>
void append_list(std::vector<std::byte>& bytes, const std::vector<T>& numbers) {
    append_number(bytes, std::uint64_t{numbers.size()});
    append_numbers(bytes, std::span<const T>(numbers));
}

}  // namespace canonical_detail

/// The exponent of the logits and the number of rows, then for each row its lists in the order of RowNumbers, each
/// after its length in 8 bytes. All numbers are little-endian and as wide as their type.
[[nodiscard]] inline std::vector<std::byte> canonical_bytes(const ModelNumbers& model) {
    std::vector<std::byte> bytes;
    canonical_detail::append_number(bytes, model.logit_exponent);
    canonical_detail::append_number(bytes, std::uint64_t{model.rows.size()});
    for (const RowNumbers& row : model.rows) {
        canonical_detail::append_list(bytes, row.weights);
        canonical_detail::append_list(bytes, row.thresholds);
        canonical_detail::append_list(bytes, row.falling);
        canonical_detail::append_list(bytes, row.multipliers);
        canonical_detail::append_list(bytes, row.addends);
        canonical_detail::append_list(bytes, row.shifts);
        canonical_detail::append_list(bytes, row.numbers);
    }
    return bytes;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
