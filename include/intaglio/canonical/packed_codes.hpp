// Weight codes in as few bits as their states need: the form in which files and generated sources hold them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/facts.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// How the weight codes of a product become numbers from 0 on: code = lowest + step * number, number < states, in
/// `bits` bits: 1, 2, 4 or 8, so that none lies across two bytes.
struct CodePacking {
    std::int32_t lowest = 0;
    std::int32_t step = 1;
    std::int32_t states = 1;
    int bits = 8;

    /// Bytes of `count` numbers: the first in the lowest bits of the first byte. What is left of the last byte is 0.
    [[nodiscard]] constexpr std::size_t bytes(std::size_t count) const {
        return (count * static_cast<std::size_t>(bits) + 7) / 8;
    }
};

/// The packing of the weight codes of a product.
[[nodiscard]] constexpr CodePacking code_packing(const Row& row) {
    // Weight codes are within -128 ... 127.
    const auto lowest = static_cast<std::int32_t>(row.weight_codes.lowest);
    const std::int32_t range = static_cast<std::int32_t>(row.weight_codes.highest) - lowest;
    const std::int32_t gaps = row.weight_states - 1;
    const std::int32_t step = gaps > 0 && range > 0 && range % gaps == 0 ? range / gaps : 1;
    const std::int32_t states = range / step + 1;
    return {lowest, step, states, states <= 2 ? 1 : states <= 4 ? 2 : states <= 16 ? 4 : 8};
}

/// The bytes of weight codes that the packing can hold.
[[nodiscard]] inline std::vector<std::uint8_t> pack_codes(const CodePacking& packing,
                                                          std::span<const std::int8_t> codes) {
    std::vector<std::uint8_t> bytes(packing.bytes(codes.size()));
    const auto per_byte = static_cast<std::size_t>(8 / packing.bits);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const auto number = static_cast<unsigned>((codes[i] - packing.lowest) / packing.step);
        const auto shift = static_cast<unsigned>(i % per_byte) * static_cast<unsigned>(packing.bits);
        bytes[i / per_byte] = static_cast<std::uint8_t>(bytes[i / per_byte] | number << shift);
    }
    return bytes;
}

/// The codes in packing.bytes(codes.size()) bytes. Returns the index of the first that is no state, or codes.size().
[[nodiscard]] inline std::size_t unpack_codes(const CodePacking& packing, std::span<const std::uint8_t> bytes,
                                              std::span<std::int8_t> codes) {
    const auto per_byte = static_cast<std::size_t>(8 / packing.bits);
    const unsigned mask = (1U << packing.bits) - 1;
    std::size_t wrong = codes.size();
    for (std::size_t i = codes.size(); i-- > 0;) {
        const auto shift = static_cast<unsigned>(i % per_byte) * static_cast<unsigned>(packing.bits);
        const auto number = static_cast<std::int32_t>(static_cast<unsigned>(bytes[i / per_byte]) >> shift & mask);
        if (number >= packing.states) {
            wrong = i;
            continue;
        }
        codes[i] = static_cast<std::int8_t>(packing.lowest + packing.step * number);
    }
    return wrong;
}

/// The bytes of all weight codes of a product. Each output unit begins a byte, so that its weights can be read alone.
[[nodiscard]] inline std::vector<std::uint8_t> pack_units(const Row& row, std::span<const std::int8_t> codes) {
    const auto units = static_cast<std::size_t>(row.extents.out.channels);
    const std::size_t unit = codes.size() / units;
    std::vector<std::uint8_t> bytes;
    for (std::size_t u = 0; u < units; ++u) {
        const auto packed = pack_codes(code_packing(row), codes.subspan(u * unit, unit));
        bytes.insert(bytes.end(), packed.begin(), packed.end());
    }
    return bytes;
}

/// Bytes of pack_units for a product.
[[nodiscard]] constexpr std::size_t packed_unit_bytes(const Row& row) {
    const auto units = static_cast<std::size_t>(row.extents.out.channels);
    return units * code_packing(row).bytes(static_cast<std::size_t>(row.weights) / units);
}

/// The codes in packed_unit_bytes(row) bytes. Returns the index of the first that is no state, or codes.size().
[[nodiscard]] inline std::size_t unpack_units(const Row& row, std::span<const std::uint8_t> bytes,
                                              std::span<std::int8_t> codes) {
    const CodePacking packing = code_packing(row);
    const auto units = static_cast<std::size_t>(row.extents.out.channels);
    const std::size_t unit = codes.size() / units;
    for (std::size_t u = 0; u < units; ++u) {
        const std::size_t wrong =
            unpack_codes(packing, bytes.subspan(u * packing.bytes(unit)), codes.subspan(u * unit, unit));
        if (wrong < unit) return u * unit + wrong;
    }
    return codes.size();
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
