// The product of bytes with weights of 1, 2 or 4 bits, for layers whose time is that of reading their weights.
//
// Activation codes are the operand that all lanes share; fields of weights are masked, and need not be moved to the low
// end of their bytes: their sums are as many times too large, which one exact shift undoes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/array.hpp"
#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/kernels/product_cost.hpp"
#include "intaglio/kernels/product_kernel.hpp"
#include "intaglio/kernels/products/packed_weights.hpp"
#include "intaglio/simd/portable.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Writes `count` codes as signed bytes, unsigned ones less 128, and returns the sum of what it wrote. `to` may be the
/// same memory as `codes`.
template <class Set, class Code>
[[nodiscard]] std::int32_t to_signed_bytes(const Code* codes, std::int32_t count, std::int8_t* to) {
    constexpr Set set{};
    constexpr std::int32_t lanes = int32_lanes(set);
    std::int32_t sum = 0;
    std::int32_t i = 0;
    if constexpr (lanes > 1) {
        alignas(64) static constexpr auto ones = [] {
            Array<std::uint8_t, 4 * lanes> all{};
            for (std::uint8_t& one : all.data) one = 1;
            return all;
        }();
        const auto tops = broadcast_int32(set, std::is_signed_v<Code> ? 0 : INT32_C(-0x7f7f7f80));
        auto sums = zero_int32(set);
        for (; i + 4 * lanes <= count; i += 4 * lanes) {
            const auto bytes = load_int32(set, reinterpret_cast<const std::int32_t*>(codes + i));
            store(set, reinterpret_cast<std::int32_t*>(to + i), bitwise_xor(set, bytes, tops));
            sums = dot_small_bytes(set, sums, load_codes(set, ones.data), load_weights(set, to + i));
        }
        std::int32_t of_lanes[lanes];
        store(set, of_lanes, sums);
        for (const std::int32_t of_lane : of_lanes) sum += of_lane;
    }
    for (; i < count; ++i) {
        to[i] = static_cast<std::int8_t>(codes[i] - (std::is_signed_v<Code> ? 0 : 128));
        sum += to[i];
    }
    return sum;
}

/// One pixel by `Columns` vectors of output channels, of which `channels` channels are stored. `codes` are whole
/// chunks, `sum` is theirs. Of unsigned codes, of which 128 was taken, each weight adds 128 times itself.
template <class Set, int Bits, std::int32_t Columns>
void packed_block(std::int32_t chunks, const std::uint8_t* weights, const std::int8_t* codes, std::int32_t sum,
                  bool unsigned_codes, std::int32_t* accumulators, std::int32_t channels) {
    constexpr Set set{};
    constexpr simd::PackedBits<Bits> bits{};
    constexpr std::int64_t vector = PackedLayout<Set, Bits>::vector;
    constexpr std::int64_t bytes_ahead = 8192;  // what arrives from afar while the bytes before it are worked on
    decltype(zero_packed(set, bits)) sums[Columns];
    INTAGLIO_UNROLLED (c, Columns) {
        sums[c] = zero_packed(set, bits);
    }
    for (std::int32_t chunk = 0; chunk < chunks;) {
        constexpr std::int32_t most = packed_chunks(set, bits);
        const std::int32_t end = chunks - chunk > most ? chunk + most : chunks;
        for (; chunk < end; ++chunk) {
            INTAGLIO_UNROLLED (c, Columns) {
                if (c * vector % 64 == 0) __builtin_prefetch(weights + c * vector + bytes_ahead, 0, 2);
                add_packed(set, bits, sums[c], weights + c * vector, codes);
            }
            weights += Columns * vector;
            codes += bits.codes_per_chunk;
        }
        INTAGLIO_UNROLLED (c, Columns) {
            fold_packed(set, bits, sums[c]);
        }
    }
    const auto of_lowest = broadcast_int32(set, PackedCode<Bits>::lowest * sum);
    INTAGLIO_UNROLLED (c, Columns) {
        auto total = packed_sum(set, bits, sums[c]);
        if constexpr (PackedCode<Bits>::spacing == 2) total = add_int32(set, total, total);
        total = add_int32(set, total, of_lowest);
        if (unsigned_codes) {
            auto of_weights = load_int32(set, reinterpret_cast<const std::int32_t*>(weights + c * vector));
            INTAGLIO_UNROLLED (i, 7) {
                of_weights = add_int32(set, of_weights, of_weights);
            }
            total = add_int32(set, total, of_weights);
        }
        const std::int32_t first = c * int32_lanes(set);
        if (channels - first >= int32_lanes(set)) {
            store(set, accumulators + first, total);
        } else {
            store_first(set, accumulators + first, total, channels - first);
        }
    }
}

/// See ProductKernel. Weights of 2 and 4 bits are any codes of so many bits, those of 1 bit are signs. Activation codes
/// are bytes of either kind.
template <int Bits>
struct PackedProduct {
    static constexpr const char* name = Bits == 1 ? "1-bit weights" : Bits == 2 ? "2-bit weights" : "4-bit weights";
    using Code = std::uint8_t;
    template <class Set>
    using Layout = PackedLayout<Set, Bits>;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        constexpr std::int64_t most = 65536;  // codes of which the sums of fields at the top of their bytes fit
        const bool fits = Bits == 1 ? facts.sign_weights
                                    : facts.weight_codes.lowest >= PackedCode<Bits>::lowest &&
                                          facts.weight_codes.highest < -PackedCode<Bits>::lowest;
        if (!fits) return "weights have more states";
        if (facts.storage != Storage::uint8 && facts.storage != Storage::int8) return "codes are no bytes";
        if (facts.extents.groups != 1) return "there are groups";
        return facts.extents.fan_in() <= most ? nullptr : "sums of masked weights do not fit 32 bits";
    }
    // A mask for each product, and 16-bit sums where bytes are multiplied without VNNI (benchmark: dense_ternary).
    // Masks cost a tenth of a dot product on Zen 4, another one where both share two ports.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        const ConvolutionExtents& e = facts.extents;
        const std::int64_t product =
            has_byte_dot_product(Set{}) ? profile.byte_product * 3LL / 2 : profile.small_byte_product * 4LL / 3;
        return cost_of(computed_products(e, int32_lanes(Set{}), Layout<Set>::chunk_codes), product) +
               cost_of(e.out.pixels() * e.fan_in(), profile.packed_code / 2) +
               reading_cost(profile, e.weights() * Bits / 8, facts.batch);
    }
    template <class Set>
    [[nodiscard]] static constexpr std::size_t weight_bytes(const ConvolutionExtents& extents) {
        return memory_size(round_up(Layout<Set>(extents).bytes(), 64));
    }
    template <class Set>
    static void pack_weights(const ConvolutionExtents& extents, const std::int8_t* weights, std::byte* packed) {
        pack_fields<Set, Bits>(extents, weights, packed);
    }
    template <class Set>
    static void unpack_weights(const ConvolutionExtents& extents, const std::byte* packed, std::int8_t* weights) {
        unpack_fields<Set, Bits>(extents, packed, weights);
    }
    /// The windows of one output row.
    template <class Set, class CodeOfImage>
    [[nodiscard]] static constexpr std::size_t workspace_bytes(const ConvolutionExtents& extents, std::int32_t) {
        return memory_size(round_up(extents.out.width * pitch<Set>(extents), 64) +
                           round_up(std::int64_t{extents.out.width} * 4, 64));
    }
    template <class Set, Grouping, class CodeOfImage>
    static void multiply_rows(const ConvolutionExtents& extents, const CodeOfImage* image, std::int32_t first_row,
                              std::int32_t rows, const std::byte* packed, std::int32_t* accumulators,
                              std::byte* workspace) {
        static_assert(sizeof(CodeOfImage) == 1, "weights of a few bits are multiplied by bytes");
        auto* const codes = reinterpret_cast<std::int8_t*>(workspace);
        auto* const sums =
            reinterpret_cast<std::int32_t*>(workspace + round_up(extents.out.width * pitch<Set>(extents), 64));
        for (std::int32_t y = first_row; y < first_row + rows; ++y) {
            copy_windows_of_row<Set>(extents, image, y, codes, sums);
            multiply_row<Set>(extents, codes, sums, std::is_unsigned_v<CodeOfImage>, packed, accumulators);
            accumulators += std::int64_t{extents.out.width} * extents.out.channels;
        }
    }

  private:
    /// Codes of one window, in whole chunks.
    template <class Set>
    [[nodiscard]] static constexpr std::int64_t pitch(const ConvolutionExtents& extents) {
        return std::int64_t{Layout<Set>(extents).chunks} * Layout<Set>::chunk_codes;
    }
    /// The window of each output pixel of a row as signed bytes, and its sum.
    template <class Set, class CodeOfImage>
    static void copy_windows_of_row(const ConvolutionExtents& extents, const CodeOfImage* image, std::int32_t y,
                                    std::int8_t* codes, std::int32_t* sums) {
        const auto fan_in = static_cast<std::int32_t>(extents.fan_in());
        const std::int64_t between = pitch<Set>(extents);
        const bool whole_image = extents.fan_in() == extents.in.size() && !extents.has_padding();
        auto* const windows = reinterpret_cast<CodeOfImage*>(codes);
        if (!whole_image) copy_windows(extents, image, 0, y, 1, between, windows);
        for (std::int32_t x = 0; x < extents.out.width; ++x, codes += between) {
            const CodeOfImage* const window = whole_image ? image : windows + x * between;
            sums[x] = to_signed_bytes<Set>(window, fan_in, codes);
            for (std::int64_t i = fan_in; i < between; ++i) codes[i] = 0;
        }
    }
    /// All output channels of the pixels of a row.
    template <class Set>
    static void multiply_row(const ConvolutionExtents& extents, const std::int8_t* codes, const std::int32_t* sums,
                             bool unsigned_codes, const std::byte* packed, std::int32_t* accumulators) {
        const Layout<Set> layout(extents);
        const auto* weights = reinterpret_cast<const std::uint8_t*>(packed);
        for (std::int32_t first = 0; first < layout.vectors;) {
            const std::int32_t width = layout.width(first);
            const auto channel = static_cast<std::int32_t>(first * Layout<Set>::lanes);
            for (std::int32_t x = 0; x < extents.out.width; ++x) {
                const auto multiply =
                    width == 1 ? packed_block<Set, Bits, 1> : packed_block<Set, Bits, Layout<Set>::columns>;
                multiply(layout.chunks, weights, codes + x * pitch<Set>(extents), sums[x], unsigned_codes,
                         accumulators + std::int64_t{x} * layout.outputs + channel, layout.outputs - channel);
            }
            weights += std::int64_t{width} * (layout.chunks + 1) * Layout<Set>::vector;
            first += width;
        }
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
