// Numbers as little-endian bytes, the order of all our files, on hosts of either order.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The types of number that our files hold.
template <class T>
concept FileNumber = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::int8_t> ||
    std::same_as<T, std::uint8_t> || std::same_as<T, std::int16_t> || std::same_as<T, std::uint16_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::uint32_t> || std::same_as<T, std::int64_t> ||
    std::same_as<T, std::uint64_t>;

namespace host_detail {

template <std::size_t Bytes>
using UnsignedOfSize = std::conditional_t<
    Bytes == 1, std::uint8_t,
    std::conditional_t<Bytes == 2, std::uint16_t, std::conditional_t<Bytes == 4, std::uint32_t, std::uint64_t>>>;

}  // namespace host_detail

/// Writes `value` to the sizeof(T) bytes at `bytes`, least significant first.
template <FileNumber T>
void store_little_endian(T value, std::uint8_t* bytes) {
    using Bits = host_detail::UnsignedOfSize<sizeof(T)>;
    const Bits bits = std::bit_cast<Bits>(value);
    for (std::size_t index = 0; index < sizeof(T); ++index) {
        bytes[index] = static_cast<std::uint8_t>(bits >> (8 * index));
    }
}

/// The number in the sizeof(T) bytes at `bytes`, least significant first.
template <FileNumber T>
[[nodiscard]] T load_little_endian(const std::uint8_t* bytes) {
    using Bits = host_detail::UnsignedOfSize<sizeof(T)>;
    Bits bits = 0;
    for (std::size_t index = 0; index < sizeof(T); ++index) {
        bits = static_cast<Bits>(bits | (static_cast<Bits>(bytes[index]) << (8 * index)));
    }
    return std::bit_cast<T>(bits);
}

/// Writes all `values` to `bytes`, which has room for values.size_bytes(). With `Host` little this is one copy; the
/// parameter exists so that a test can run the other branch, too.
template <std::endian Host = std::endian::native, FileNumber T>
void store_little_endian(std::span<const T> values, std::uint8_t* bytes) {
    if constexpr (Host == std::endian::little) {
        if (!values.empty()) std::memcpy(bytes, values.data(), values.size_bytes());
    } else {
        for (std::size_t index = 0; index < values.size(); ++index) {
            store_little_endian(values[index], bytes + index * sizeof(T));
        }
    }
}

/// Fills `values` from values.size_bytes() bytes.
template <std::endian Host = std::endian::native, FileNumber T>
void load_little_endian(const std::uint8_t* bytes, std::span<T> values) {
    if constexpr (Host == std::endian::little) {
        if (!values.empty()) std::memcpy(values.data(), bytes, values.size_bytes());
    } else {
        for (std::size_t index = 0; index < values.size(); ++index) {
            values[index] = load_little_endian<T>(bytes + index * sizeof(T));
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
