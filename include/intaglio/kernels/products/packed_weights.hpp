// Where weights of a few bits lie, several in a byte, and how they get there.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution_plan.hpp"
#include "intaglio/simd/tags.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// A weight is spacing * field + lowest: signs are 2 * field - 1, others have the lowest code of their bits.
template <int Bits>
struct PackedCode {
    static constexpr std::int32_t spacing = Bits == 1 ? 2 : 1;
    static constexpr std::int32_t lowest = Bits == 1 ? -1 : -(1 << (Bits - 1));

    [[nodiscard]] static constexpr std::uint32_t field(std::int32_t weight) {
        return static_cast<std::uint32_t>((weight - lowest) / spacing);
    }
    [[nodiscard]] static constexpr std::int32_t weight(std::uint32_t field) {
        return spacing * static_cast<std::int32_t>(field) + lowest;
    }
};

/// Vectors of output channels side by side: each has several sums, which the registers hold.
template <class Set>
inline constexpr std::int32_t packed_columns = int32_lanes(Set{}) >= 16 ? 4 : 2;

/// Packed weights, in bytes: [block of vectors of output channels][chunk][vector][lane][byte], see simd::PackedBits.
/// Blocks are packed_columns vectors wide, and one vector behind the last whole one. Each ends with [vector][lane][4],
/// the sum of the weights of each output channel. Fields behind the last weight are 0.
template <class Set, int Bits>
struct PackedLayout {
    static constexpr std::int64_t lanes = int32_lanes(Set{});
    static constexpr std::int64_t vector = 4 * lanes;  ///< bytes
    static constexpr std::int32_t columns = packed_columns<Set>;
    static constexpr std::int32_t chunk_codes = simd::PackedBits<Bits>::codes_per_chunk;

    std::int32_t outputs;
    std::int32_t vectors;
    std::int32_t chunks;

    constexpr explicit PackedLayout(const ConvolutionExtents& e)
        : outputs(e.out.channels),
          vectors(static_cast<std::int32_t>(round_up(e.out.channels, lanes) / lanes)),
          chunks(static_cast<std::int32_t>(round_up(e.fan_in(), chunk_codes) / chunk_codes)) {}

    /// Vectors in the block that begins with a vector.
    [[nodiscard]] constexpr std::int32_t width(std::int32_t first) const {
        return first + columns <= vectors ? columns : 1;
    }
    /// The first vector of the block of a vector.
    [[nodiscard]] constexpr std::int32_t first_of_block(std::int32_t vector_index) const {
        const std::int32_t first = vector_index / columns * columns;
        return width(first) == 1 ? vector_index : first;
    }
    /// Place of the four bytes of an output channel in a chunk; its sum lies after the last one.
    [[nodiscard]] constexpr std::int64_t place(std::int32_t output, std::int32_t chunk) const {
        const auto at = static_cast<std::int32_t>(output / lanes);
        const std::int32_t first = first_of_block(at);
        const std::int64_t before = std::int64_t{first} * (chunks + 1) + std::int64_t{chunk} * width(first);
        return (before + at - first) * vector + output % lanes * 4;
    }
    [[nodiscard]] constexpr std::int64_t bytes() const { return std::int64_t{vectors} * (chunks + 1) * vector; }
};

/// Canonical weights [output][fan_in] to packed ones.
template <class Set, int Bits>
void pack_fields(const ConvolutionExtents& extents, const std::int8_t* weights, std::byte* packed) {
    using Code = PackedCode<Bits>;
    using Layout = PackedLayout<Set, Bits>;
    const Layout layout(extents);
    const std::int64_t fan_in = extents.fan_in();
    const auto lanes = static_cast<std::int32_t>(Layout::lanes);
    for (std::int32_t output = 0; output < layout.vectors * lanes; ++output) {
        const bool exists = output < layout.outputs;
        std::int32_t sum = 0;
        for (std::int32_t chunk = 0; chunk < layout.chunks; ++chunk) {
            std::byte* const to = packed + layout.place(output, chunk);
            const std::int64_t first = std::int64_t{chunk} * Layout::chunk_codes;
            const std::int64_t left = exists ? fan_in - first : 0;
            for (std::int32_t byte = 0; byte < 4; ++byte) {
                std::uint32_t fields = 0;
                for (std::int32_t i = byte; i < Layout::chunk_codes && i < left; i += 4) {
                    const std::int32_t weight = weights[first + i];
                    sum += weight;
                    fields |= Code::field(weight) << (i / 4 * Bits);
                }
                to[byte] = static_cast<std::byte>(fields);
            }
        }
        __builtin_memcpy(packed + layout.place(output, layout.chunks), &sum, sizeof sum);
        if (exists) weights += fan_in;
    }
    for (std::int64_t i = layout.bytes(); i < round_up(layout.bytes(), 64); ++i) packed[i] = std::byte{0};
}

/// The inverse.
template <class Set, int Bits>
void unpack_fields(const ConvolutionExtents& extents, const std::byte* packed, std::int8_t* weights) {
    using Layout = PackedLayout<Set, Bits>;
    const Layout layout(extents);
    for (std::int32_t output = 0; output < layout.outputs; ++output) {
        for (std::int64_t i = 0; i < extents.fan_in(); ++i) {
            const auto within = static_cast<std::int32_t>(i % Layout::chunk_codes);
            const std::int64_t at = layout.place(output, static_cast<std::int32_t>(i / Layout::chunk_codes));
            const auto fields = static_cast<std::uint32_t>(packed[at + within % 4]);
            const std::uint32_t field = fields >> (within / 4 * Bits) & simd::PackedBits<Bits>::mask;
            *weights++ = static_cast<std::int8_t>(PackedCode<Bits>::weight(field));
        }
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
