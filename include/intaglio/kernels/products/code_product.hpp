// What the product kernels share that multiply codes step by step; they differ in their arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution.hpp"
#include "intaglio/kernels/pack_weights.hpp"
#include "intaglio/kernels/product_kernel.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Whether an arithmetic whose codes are `Stored` takes codes of a type: they are converted when the image is copied.
template <class Stored, class Code>
inline constexpr bool takes_codes = sizeof(Code) < sizeof(Stored) || std::is_same_v<Code, Stored>;

/// See ProductKernel. Codes whose type is not `Stored` of the arithmetic are converted when the image is copied,
/// weights when they are packed.
template <template <class Set> class ArithmeticOn>
struct CodeProduct {
    template <class Set>
    using Arithmetic = ArithmeticOn<Set>;

    /// Of a kernel whose products take so long each.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost_of_products(const ProductFacts& facts, const CostProfile& profile,
                                                                std::int32_t product) {
        using Used = Arithmetic<Set>;
        const std::int64_t products = computed_products(facts.extents, Used::lanes, Used::codes_per_chunk);
        const auto bytes = static_cast<std::int64_t>(sizeof(typename Used::Weight)) * facts.extents.weights();
        return cost_of(products, product) + reading_cost(profile, bytes, facts.batch);
    }
    template <class Set>
    [[nodiscard]] static constexpr std::size_t weight_bytes(const ConvolutionExtents& extents) {
        return packed_bytes<Arithmetic<Set>>(extents);
    }
    template <class Set>
    static void pack_weights(const ConvolutionExtents& extents, const std::int8_t* weights, std::byte* packed) {
        auto* const to = reinterpret_cast<typename Arithmetic<Set>::Weight*>(packed);
        const std::int64_t fan_in = extents.fan_in();
        fill_zero(packed, static_cast<std::int64_t>(weight_bytes<Set>(extents)));
        for_each_packed_weight<Arithmetic<Set>>(extents,
                                                [=](std::int64_t index, std::int32_t output, std::int64_t within) {
                                                    to[index] = weights[output * fan_in + within];
                                                });
        if constexpr (Arithmetic<Set>::has_constants) {
            const ConvolutionPlan plan = plan_for<Arithmetic<Set>>(extents);
            for (std::int32_t output = 0; output < extents.out.channels; ++output) {
                std::int32_t sum = 0;
                for (std::int64_t i = 0; i < fan_in; ++i) sum += *weights++;
                const std::int32_t constant = Arithmetic<Set>::constant(sum);
                __builtin_memcpy(to + packed_constant<Arithmetic<Set>>(plan, output), &constant, sizeof constant);
            }
        }
    }
    template <class Set>
    static void unpack_weights(const ConvolutionExtents& extents, const std::byte* packed, std::int8_t* weights) {
        const auto* const from = reinterpret_cast<const typename Arithmetic<Set>::Weight*>(packed);
        const std::int64_t fan_in = extents.fan_in();
        for_each_packed_weight<Arithmetic<Set>>(
            extents, [=](std::int64_t index, std::int32_t output, std::int64_t within) {
                weights[output * fan_in + within] = static_cast<std::int8_t>(from[index]);
            });
    }
    template <class Set, class Code>
    [[nodiscard]] static constexpr std::size_t workspace_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
        constexpr auto size = static_cast<std::int64_t>(sizeof(typename Arithmetic<Set>::Stored));
        return memory_size(round_up(copied_codes<Arithmetic<Set>, Code>(extents, rows) * size, 64));
    }
    template <class Set, Grouping G, class Code>
    static void multiply_rows(const ConvolutionExtents& extents, const Code* image, std::int32_t first_row,
                              std::int32_t rows, const std::byte* packed, std::int32_t* accumulators,
                              std::byte* workspace) {
        using Stored = typename Arithmetic<Set>::Stored;
        static_assert(takes_codes<Stored, Code>, "the arithmetic of the kernel does not hold codes of this type");
        convolve_block<Arithmetic<Set>, G>(extents, image, 1, first_row, rows,
                                           reinterpret_cast<const typename Arithmetic<Set>::Weight*>(packed),
                                           accumulators, reinterpret_cast<Stored*>(workspace));
    }
    template <class Set>
    [[nodiscard]] static constexpr std::int32_t panel_channels(const ConvolutionExtents& extents) {
        return plan_for<Arithmetic<Set>>(extents).panel_channels(Arithmetic<Set>::lanes);
    }
    /// Bytes between the packed weights of two panels.
    template <class Set>
    [[nodiscard]] static constexpr std::ptrdiff_t panel_bytes(const ConvolutionExtents& extents) {
        return static_cast<std::ptrdiff_t>(plan_for<Arithmetic<Set>>(extents).packed_chunks) *
               panel_channels<Set>(extents) * Arithmetic<Set>::codes_per_chunk *
               static_cast<std::ptrdiff_t>(sizeof(typename Arithmetic<Set>::Weight));
    }
    template <class Set, class Code>
    static void multiply_panels(const ConvolutionExtents& extents, const Code* image, const RowBlock& block,
                                const std::byte* packed, const ProductOutput<std::int32_t>& output,
                                std::byte* workspace) {
        using Stored = typename Arithmetic<Set>::Stored;
        static_assert(takes_codes<Stored, Code>, "the arithmetic of the kernel does not hold codes of this type");
        const auto* const weights = reinterpret_cast<const typename Arithmetic<Set>::Weight*>(packed);
        convolve_mixed<Arithmetic<Set>>(extents, plan_of_weights<Arithmetic<Set>>(extents, weights), image,
                                        block.images, block.first_row, block.rows, weights, output,
                                        reinterpret_cast<Stored*>(workspace));
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
