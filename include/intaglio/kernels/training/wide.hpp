// Unsigned numbers of 128 bits for exact statistics, on processors and compilers that have none.
#pragma once

#include <cstdint>

#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// An unsigned number of 128 bits. All results are modulo 2^128, which exact statistics never reach.
struct Wide128 {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    constexpr void add(std::uint64_t value) {
        low += value;
        high += low < value ? 1U : 0U;
    }
    /// Adds value * 2^32.
    constexpr void add_shifted(std::uint64_t value) {
        add(value << 32);
        high += value >> 32;
    }
    constexpr void merge(const Wide128& other) {
        add(other.low);
        high += other.high;
    }
    constexpr void subtract(const Wide128& other) {
        high -= other.high + (low < other.low ? 1U : 0U);
        low -= other.low;
    }
    constexpr bool operator==(const Wide128&) const = default;
};

/// a * b.
[[nodiscard]] constexpr Wide128 wide_product(std::uint64_t a, std::uint64_t b) {
    constexpr std::uint64_t half = 0xffffffffU;
    Wide128 product{(a & half) * (b & half), (a >> 32) * (b >> 32)};
    product.add_shifted((a >> 32) * (b & half));
    product.add_shifted((a & half) * (b >> 32));
    return product;
}
[[nodiscard]] constexpr Wide128 wide_product(const Wide128& a, std::uint64_t b) {
    Wide128 product = wide_product(a.low, b);
    product.high += a.high * b;
    return product;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
