// The product of weights -1, 0 and 1 without a multiplication, for processors without vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/kernels/product_cost.hpp"
#include "intaglio/kernels/product_kernel.hpp"
#include "intaglio/simd/portable.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// A row of windows in the image or its copy; distances are in codes. A segment is a run of neighbouring codes.
struct AddedWindows {
    std::int32_t segment_rows;
    std::int32_t segment_columns;
    std::int32_t segment_codes;
    std::int32_t groups;
    std::int32_t group_outputs;
    std::int32_t width;  ///< windows
    std::ptrdiff_t segment_row;
    std::ptrdiff_t segment_column;
    std::ptrdiff_t pixel;
    std::int32_t output_pixel;
};

/// Adds a code of each of `Pixels` neighbouring pixels to its sum, or subtracts it.
template <bool Subtracts, int Pixels, class Code>
INTAGLIO_INLINE void add_codes(std::int32_t (&sums)[Pixels], const Code* code, std::ptrdiff_t pixel) {
    INTAGLIO_UNROLLED (p, Pixels) {
        if constexpr (Subtracts) {
            sums[p] -= *code;
        } else {
            sums[p] += *code;
        }
        code += pixel;
    }
}

/// What makes 0, a code or its opposite of a code, by the field of a ternary weight: ((code & kept) ^ flipped) -
/// flipped.
inline constexpr std::int32_t kept_bits[] = {0, -1, -1, 0};
inline constexpr std::int32_t flipped_bits[] = {0, 0, -1, 0};

/// The sums of `Pixels` neighbouring pixels for one output channel; `weights` is left at those of the next one.
template <int Bits, int Pixels, class Code>
INTAGLIO_INLINE void add_window(const AddedWindows& windows, const Code* codes, const std::uint8_t*& weights,
                                std::int32_t* accumulators) {
    constexpr std::uint32_t minus_one = Bits == 1 ? 0 : 2;
    std::int32_t sums[Pixels] = {};
    std::uint32_t fields = 1;  // the bit above the last field
    for (std::int32_t row = 0; row < windows.segment_rows; ++row, codes += windows.segment_row) {
        const Code* segment = codes;
        for (std::int32_t column = 0; column < windows.segment_columns; ++column) {
            for (std::int32_t i = 0; i < windows.segment_codes; ++i, fields >>= Bits) {
                if (fields == 1) fields = 256U | *weights++;
                const std::uint32_t field = fields & ((1U << Bits) - 1);
                if constexpr (Bits == 2 && Pixels == 1) {  // a branch for a single code would take longer
                    const std::int32_t flipped = flipped_bits[field];
                    sums[0] += ((segment[i] & kept_bits[field]) ^ flipped) - flipped;
                    continue;
                }
                // Compilers make products of masks that are computed and of conditional values.
                switch (field) {
                    case 1:
                        add_codes<false>(sums, segment + i, windows.pixel);
                        break;
                    case minus_one:
                        add_codes<true>(sums, segment + i, windows.pixel);
                        break;
                    default:
                        break;
                }
            }
            segment += windows.segment_column;
        }
    }
    INTAGLIO_UNROLLED (p, Pixels) {
        *accumulators = sums[p];
        accumulators += windows.output_pixel;
    }
}

/// All output channels of `Pixels` neighbouring pixels.
template <int Bits, int Pixels, class Code>
[[gnu::noinline]] void add_pixels(const AddedWindows& windows, const Code* codes, const std::uint8_t* weights,
                                  std::int32_t* accumulators) {
    for (std::int32_t group = 0; group < windows.groups; ++group, codes += windows.segment_codes) {
        for (std::int32_t output = 0; output < windows.group_outputs; ++output) {
            add_window<Bits, Pixels>(windows, codes, weights, accumulators++);
        }
    }
}

/// A row of output pixels: four at a time share the reading of weights, the last four lie where they fit.
template <int Bits, class Code>
void add_row(const AddedWindows& windows, const Code* codes, const std::uint8_t* weights, std::int32_t* accumulators) {
    constexpr std::int32_t together = 4;
    if (windows.width < together) {
        for (std::int32_t x = 0; x < windows.width; ++x) {
            add_pixels<Bits, 1>(windows, codes, weights, accumulators);
            codes += windows.pixel;
            accumulators += windows.output_pixel;
        }
        return;
    }
    for (std::int32_t x = 0; x < windows.width; x += together) {
        for (; x > windows.width - together; --x) {
            codes -= windows.pixel;
            accumulators -= windows.output_pixel;
        }
        add_pixels<Bits, together>(windows, codes, weights, accumulators);
        codes += together * windows.pixel;
        accumulators += together * windows.output_pixel;
    }
}

/// See ProductKernel. Weights of 2 bits are -1, 0 and 1, those of 1 bit -1 and 1: their codes are added, subtracted or
/// left. Packed weights: [output channel] bytes of fields, the first one in the lowest bits; 1 is 1, -1 is 2, or 0 in
/// one bit. Codes of any storage and all extents.
template <int Bits>
struct AdditionProduct {
    static constexpr const char* name = "additions";
    using Code = std::uint8_t;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        if (int32_lanes(Set{}) > 1) return "the set has vectors, which multiply";
        const bool fits =
            Bits == 1 ? facts.sign_weights : facts.weight_codes.lowest >= -1 && facts.weight_codes.highest <= 1;
        return fits ? nullptr : "weights are not just -1, 0 and 1";
    }
    /// No estimate but a preference: networks that need no multiplication have none. Where multiplications are fast,
    /// those of bytes take half the time.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        return cost_of(facts.extents.macs(), profile.byte_product * (Bits == 1 ? 7LL : 8LL) / 10) +
               reading_cost(profile, facts.extents.weights() * Bits / 8, facts.batch);
    }
    template <class Set>
    [[nodiscard]] static constexpr std::size_t weight_bytes(const ConvolutionExtents& extents) {
        return memory_size(round_up(channel_bytes(extents) * extents.out.channels, 64));
    }
    template <class Set>
    static void pack_weights(const ConvolutionExtents& extents, const std::int8_t* weights, std::byte* packed) {
        fill_zero(packed, static_cast<std::int64_t>(weight_bytes<Set>(extents)));
        for (std::int32_t output = 0; output < extents.out.channels; ++output, packed += channel_bytes(extents)) {
            for (std::int64_t i = 0; i < extents.fan_in(); ++i) {
                const std::int32_t weight = *weights++;
                const int field = weight > 0 ? 1 : weight < 0 && Bits == 2 ? 2 : 0;
                packed[i / fields_per_byte] |= static_cast<std::byte>(field << i % fields_per_byte * Bits);
            }
        }
    }
    template <class Set>
    static void unpack_weights(const ConvolutionExtents& extents, const std::byte* packed, std::int8_t* weights) {
        for (std::int32_t output = 0; output < extents.out.channels; ++output, packed += channel_bytes(extents)) {
            for (std::int64_t i = 0; i < extents.fan_in(); ++i) {
                const int fields = static_cast<int>(packed[i / fields_per_byte]) >> i % fields_per_byte * Bits;
                const int field = fields & ((1 << Bits) - 1);
                *weights++ = static_cast<std::int8_t>(field == 1 ? 1 : field == 2 || Bits == 1 ? -1 : 0);
            }
        }
    }
    template <class Set, class CodeOfImage>
    [[nodiscard]] static constexpr std::size_t workspace_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
        if (!copies(extents)) return 0;
        const std::int64_t codes =
            std::int64_t{rows_under(extents, rows)} * window_columns(extents) * extents.in.channels;
        return memory_size(round_up(codes * static_cast<std::int64_t>(sizeof(CodeOfImage)), 64));
    }
    template <class Set, Grouping, class CodeOfImage>
    static void multiply_rows(const ConvolutionExtents& extents, const CodeOfImage* image, std::int32_t first_row,
                              std::int32_t rows, const std::byte* packed, std::int32_t* accumulators,
                              std::byte* workspace) {
        const std::ptrdiff_t channels = extents.in.channels;
        const bool joins_columns = extents.dilation == 1 && extents.groups == 1;
        std::ptrdiff_t row = extents.in.width * channels;
        const CodeOfImage* codes = image + first_row * extents.stride_height * row;
        if (copies(extents)) {
            auto* const copy = reinterpret_cast<CodeOfImage*>(workspace);
            const std::int32_t width = window_columns(extents);
            row = width * channels;
            std::int32_t y = first_row * extents.stride_height - extents.padding_height;
            CodeOfImage* to = copy;
            for (std::int32_t left = rows_under(extents, rows); left > 0; --left, ++y, to += row) {
                copy_padded_row(extents, width, image, y, to);
            }
            codes = copy;
        }
        const AddedWindows windows{
            .segment_rows = extents.kernel_height,
            .segment_columns = joins_columns ? 1 : extents.kernel_width,
            .segment_codes = extents.channels_per_group() * (joins_columns ? extents.kernel_width : 1),
            .groups = extents.groups,
            .group_outputs = extents.out.channels / extents.groups,
            .width = extents.out.width,
            .segment_row = extents.dilation * row,
            .segment_column = extents.dilation * channels,
            .pixel = extents.stride_width * channels,
            .output_pixel = extents.out.channels};
        const std::ptrdiff_t row_below = extents.stride_height * row;
        const std::ptrdiff_t output_row = std::ptrdiff_t{extents.out.width} * extents.out.channels;
        for (std::int32_t y = 0; y < rows; ++y, codes += row_below, accumulators += output_row) {
            add_row<Bits>(windows, codes, reinterpret_cast<const std::uint8_t*>(packed), accumulators);
        }
    }

  private:
    static constexpr int fields_per_byte = 8 / Bits;
    [[nodiscard]] static constexpr std::int64_t channel_bytes(const ConvolutionExtents& extents) {
        return round_up(extents.fan_in(), fields_per_byte) / fields_per_byte;
    }
    /// Columns under all windows of a row.
    [[nodiscard]] static constexpr std::int32_t window_columns(const ConvolutionExtents& extents) {
        return (extents.out.width - 1) * extents.stride_width + extents.dilation * (extents.kernel_width - 1) + 1;
    }
    /// Whether windows lie on a padding.
    [[nodiscard]] static constexpr bool copies(const ConvolutionExtents& extents) { return extents.has_padding(); }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
