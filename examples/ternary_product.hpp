// A product kernel from outside of the library, to be copied: ternary weights in two bits each, a quarter of the
// memory. own_product_kernel_test.cpp among the tests runs networks on it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/kernels/product_kernel.hpp"
#include "intaglio/simd/tags.hpp"

namespace app {
// As in the library: objects that are compiled for different instruction sets share no code.
inline namespace INTAGLIO_INSTRUCTION_SET {

/// Products with weights -1, 0 and 1 by additions and subtractions, in plain loops.
struct TernaryProduct {
    static constexpr const char* name = "ternary";
    using Code = std::uint8_t;

    template <class Set>
    static constexpr const char* refusal(const intaglio::kernels::ProductFacts& facts) {
        return facts.weight_codes == intaglio::CodeRange{-1, 1} ? nullptr : "weights are not -1, 0 and 1";
    }
    /// Whoever names this kernel wants the memory, not the speed.
    template <class Set>
    static constexpr intaglio::kernels::ProductCost cost(const intaglio::kernels::ProductFacts&,
                                                         const intaglio::kernels::CostProfile&) {
        return 0;
    }

    template <class Set>
    static constexpr std::size_t weight_bytes(const intaglio::ConvolutionExtents& extents) {
        return static_cast<std::size_t>(intaglio::kernels::round_up(extents.weights(), 4 * 64) / 4);
    }
    template <class Set>
    static void pack_weights(const intaglio::ConvolutionExtents& extents, const std::int8_t* weights,
                             std::byte* packed) {
        for (std::size_t i = 0; i < weight_bytes<Set>(extents); ++i) packed[i] = std::byte{0};
        for (std::int64_t i = 0; i < extents.weights(); ++i) {
            packed[i / 4] |= static_cast<std::byte>((weights[i] + 1) << (i % 4 * 2));
        }
    }
    template <class Set>
    static void unpack_weights(const intaglio::ConvolutionExtents& extents, const std::byte* packed,
                               std::int8_t* weights) {
        for (std::int64_t i = 0; i < extents.weights(); ++i) {
            weights[i] = static_cast<std::int8_t>(weight(packed, i));
        }
    }

    template <class Set, class Code>
    static constexpr std::size_t workspace_bytes(const intaglio::ConvolutionExtents&, std::int32_t) {
        return 0;
    }
    template <class Set, intaglio::kernels::Grouping, class Code>
    static void multiply_rows(const intaglio::ConvolutionExtents& e, const Code* image, std::int32_t first_row,
                              std::int32_t rows, const std::byte* packed, std::int32_t* accumulators, std::byte*) {
        const std::int32_t outputs = e.out.channels / e.groups;
        for (std::int32_t y = first_row; y < first_row + rows; ++y) {
            for (std::int32_t x = 0; x < e.out.width; ++x) {
                for (std::int32_t output = 0; output < e.out.channels; ++output) {
                    *accumulators++ = total(e, image, y, x, output, output / outputs, packed);
                }
            }
        }
    }

  private:
    static constexpr std::int32_t weight(const std::byte* packed, std::int64_t i) {
        return std::to_integer<std::int32_t>(packed[i / 4] >> (i % 4 * 2) & std::byte{3}) - 1;
    }

    template <class Code>
    static std::int32_t total(const intaglio::ConvolutionExtents& e, const Code* image, std::int32_t y, std::int32_t x,
                              std::int32_t output, std::int32_t group, const std::byte* packed) {
        const std::int32_t channels = e.channels_per_group();
        std::int64_t index = output * e.fan_in();
        std::int32_t sum = 0;
        for (std::int32_t i = 0; i < e.kernel_height; ++i) {
            for (std::int32_t j = 0; j < e.kernel_width; ++j) {
                const std::int32_t from_y = y * e.stride_height - e.padding_height + i * e.dilation;
                const std::int32_t from_x = x * e.stride_width - e.padding_width + j * e.dilation;
                const bool inside = from_y >= 0 && from_y < e.in.height && from_x >= 0 && from_x < e.in.width;
                const std::int64_t pixel = std::int64_t{from_y} * e.in.width + from_x;
                for (std::int32_t c = group * channels; c < (group + 1) * channels; ++c) {
                    const std::int32_t code = inside ? image[pixel * e.in.channels + c] : e.padding_code_of(c);
                    const std::int32_t factor = weight(packed, index++);
                    if (factor > 0) sum += code;
                    if (factor < 0) sum -= code;
                }
            }
        }
        return sum;
    }
};

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace app
