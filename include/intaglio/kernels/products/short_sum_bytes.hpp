// The product of bytes whose products are added up in 16 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/signed_bytes.hpp"
#include "intaglio/kernels/products/small_bytes.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Chunks whose products fit a short sum, which gets two of each: of codes 0 ... `highest` and weights of at most this
/// magnitude.
[[nodiscard]] constexpr std::int64_t short_sum_chunks(std::int64_t highest, std::int64_t largest) {
    return 32767 / (2 * highest * (largest > 0 ? largest : 1));
}

/// The packed weights begin with how many chunks fit short sums, in 64 bytes.
inline constexpr std::ptrdiff_t short_sum_header = 64;

/// The products of another arithmetic of unsigned bytes and signed weights, added up in short sums.
template <class Products>
struct ShortSumArithmetic : Products {
    using Set = typename Products::Architecture;

    static INTAGLIO_INLINE auto zero_short() { return zero_short_sums(Set{}); }
    template <class Sums, class Codes, class Weights>
    static INTAGLIO_INLINE Sums multiply_add(Sums sums, Codes codes, Weights weights) {
        return add_short_products(Set{}, sums, codes, weights);
    }
    template <class Vector, class Sums>
    static INTAGLIO_INLINE Vector add_short(Vector sum, Sums sums) {
        return add_short_sums(Set{}, sum, sums);
    }
    static INTAGLIO_INLINE std::int32_t chunks_of_short_sums(const std::int8_t* weights) {
        std::int32_t chunks;
        __builtin_memcpy(&chunks, weights - short_sum_header, sizeof chunks);
        return chunks;
    }
};

/// See ProductKernel. `Products` multiplies; its codes become 0 ... Highest.
template <template <class Set> class Products, int Highest>
struct ShortSumProduct {
    template <class Set>
    using Arithmetic = ShortSumArithmetic<Products<Set>>;
    using Base = CodeProduct<Arithmetic>;

    template <class Set>
    [[nodiscard]] static constexpr std::size_t weight_bytes(const ConvolutionExtents& extents) {
        return static_cast<std::size_t>(short_sum_header) + Base::template weight_bytes<Set>(extents);
    }
    template <class Set>
    static void pack_weights(const ConvolutionExtents& extents, const std::int8_t* weights, std::byte* packed) {
        std::int64_t largest = 0;
        for (std::int64_t i = 0; i < extents.weights(); ++i) {
            const std::int64_t magnitude = weights[i] < 0 ? -weights[i] : weights[i];
            largest = magnitude > largest ? magnitude : largest;
        }
        const auto chunks = static_cast<std::int32_t>(short_sum_chunks(Highest, largest));
        fill_zero(packed, std::int64_t{short_sum_header});
        __builtin_memcpy(packed, &chunks, sizeof chunks);
        Base::template pack_weights<Set>(extents, weights, packed + short_sum_header);
    }
    template <class Set>
    static void unpack_weights(const ConvolutionExtents& extents, const std::byte* packed, std::int8_t* weights) {
        Base::template unpack_weights<Set>(extents, packed + short_sum_header, weights);
    }
    template <class Set, class Code>
    [[nodiscard]] static constexpr std::size_t workspace_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
        return Base::template workspace_bytes<Set, Code>(extents, rows);
    }
    template <class Set, Grouping, class Code>
    static void multiply_rows(const ConvolutionExtents& extents, const Code* image, std::int32_t first_row,
                              std::int32_t rows, const std::byte* packed, std::int32_t* accumulators,
                              std::byte* workspace) {
        Base::template multiply_rows<Set, Grouping::mixed>(extents, image, first_row, rows, packed + short_sum_header,
                                                           accumulators, workspace);
    }

    template <class Set>
    [[nodiscard]] static constexpr std::int32_t panel_channels(const ConvolutionExtents& extents) {
        return Base::template panel_channels<Set>(extents);
    }
    template <class Set, class Code>
    static void multiply_panels(const ConvolutionExtents& extents, const Code* image, const RowBlock& block,
                                const std::byte* packed, const ProductOutput<std::int32_t>& output,
                                std::byte* workspace) {
        Base::template multiply_panels<Set>(extents, image, block, packed + short_sum_header, output, workspace);
    }

    /// Those of short sums, and what widening these takes: as much as multiplying 8/3 chunks.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        const auto chunks = static_cast<std::int32_t>(short_sum_chunks(Highest, largest_weight(facts)));
        const std::int32_t widened = profile.short_product * 8 / (3 * chunks);
        return Base::template cost_of_products<Set>(facts, profile, profile.short_product + widened);
    }

  protected:
    /// Why short sums do not hold two chunks; null if they do.
    [[nodiscard]] static constexpr const char* refusal_of_sums(const ProductFacts& facts) {
        if (facts.extents.groups != 1) return "there are groups";
        return short_sum_chunks(Highest, largest_weight(facts)) >= 2 ? nullptr : "sums of products do not fit 16 bits";
    }
};

/// Legal for codes of uint8_t of 0 ... Highest.
template <int Highest>
struct ShortSumByteProduct : ShortSumProduct<SmallByteArithmetic, Highest> {
    static constexpr const char* name = "bytes in 16 bits";
    using Code = std::uint8_t;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        if (facts.storage != Storage::uint8) return "codes are no unsigned bytes";
        return facts.codes.highest <= Highest ? ShortSumByteProduct::refusal_of_sums(facts) : "codes are too high";
    }
};

template <int Offset>
struct ShortSumOffset {
    template <class Set>
    using Arithmetic = OffsetArithmetic<Set, Offset>;
};

/// Legal for codes of int8_t of -Offset ... Offset - 1.
template <int Offset>
struct ShortSumSignedByteProduct : ShortSumProduct<ShortSumOffset<Offset>::template Arithmetic, 2 * Offset - 1> {
    static constexpr const char* name = "signed bytes in 16 bits";
    using Code = std::int8_t;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        if (facts.storage != Storage::int8) return "codes are no signed bytes";
        if (facts.codes.lowest < -Offset || facts.codes.highest >= Offset) return "codes need more bits";
        return ShortSumSignedByteProduct::refusal_of_sums(facts);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
