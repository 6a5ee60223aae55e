// What the product kernels of bits share: the image in words of 32 channels, the packed weights, what the padding adds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/bit_words.hpp"
#include "intaglio/kernels/convolution.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/kernels/product_kernel.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// A product of bits, 1 for the code 1 and 0 for the code `Lower`: each pair of bits that differ lowers the total by
/// the distance of the codes, so a total is a constant of the output channel minus distance * popcount(a xor w).
template <class Set, std::int32_t Lower>
struct BitArithmetic : IntegerArithmetic<Set, std::uint32_t, std::uint32_t> {
    using Sum = std::int32_t;
    static constexpr bool has_constants = true;
    static constexpr std::int32_t lower_code = Lower;

    static INTAGLIO_INLINE auto sums(const Sum* values) { return load_int32(Set{}, values); }
    static INTAGLIO_INLINE auto constants(const std::uint32_t* values) {
        return sums(reinterpret_cast<const Sum*>(values));
    }
    template <class Vector, class Bits>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, Bits codes, Bits weights) {
        return count_different_bits(Set{}, sum, codes, weights);
    }
    template <class Vector>
    static INTAGLIO_INLINE Vector total(Vector sum, Vector constant) {
        if constexpr (Lower == -1) constant = subtract_int32(Set{}, constant, sum);
        return subtract_int32(Set{}, constant, sum);
    }
};

/// The same convolution with words for channels. Its padding is word 0, the lower code.
[[nodiscard]] constexpr ConvolutionExtents in_words(ConvolutionExtents extents) {
    extents.in.channels = words_of(extents.in.channels);
    extents.padding_code = 0;
    return extents;
}

/// Where the parts of the packed weights lie, in words: [block of two vectors of output channels][word of the window]
/// [vector][lane], the last block may be one vector wide; each block ends with the constants of its channels. Behind
/// all blocks, if the padding holds another code than the lower one: [tap][output channel], how much a tap on the
/// padding adds to what the lower code gives.
template <class Arithmetic>
struct BitLayout {
    static constexpr std::int64_t lanes = Arithmetic::lanes;
    std::int64_t words;  ///< of one tap
    std::int64_t taps;
    std::int64_t vectors;
    bool corrects_padding;

    constexpr explicit BitLayout(const ConvolutionExtents& e)
        : words(words_of(e.in.channels)),
          taps(std::int64_t{e.kernel_height} * e.kernel_width),
          vectors(round_up(e.out.channels, lanes) / lanes),
          corrects_padding(e.has_padding() && e.padding_code != Arithmetic::lower_code) {}

    /// Place of a word of the window of an output channel; its constant lies after the last one.
    [[nodiscard]] constexpr std::int64_t word(std::int64_t output, std::int64_t within) const {
        const std::int64_t vector = output / lanes;
        const std::int64_t first = vector / 2 * 2;
        const std::int64_t columns = first + 1 < vectors ? 2 : 1;
        return (first * (taps * words + 1) + within * columns + (vector - first)) * lanes + output % lanes;
    }
    [[nodiscard]] constexpr std::int64_t constant(std::int64_t output) const { return word(output, taps * words); }
    [[nodiscard]] constexpr std::int64_t correction(std::int64_t tap) const {
        return vectors * lanes * (taps * words + 1 + tap);
    }
    [[nodiscard]] constexpr std::int64_t size() const { return correction(corrects_padding ? taps : 0); }
};

/// Rows of the image under a block of output rows, without the padding.
struct RowsInside {
    std::int32_t begin;
    std::int32_t end;
    std::int32_t padding;  ///< rows above them
};
[[nodiscard]] constexpr RowsInside rows_inside(const ConvolutionExtents& extents, std::int32_t first_row,
                                               std::int32_t rows) {
    const std::int32_t top = first_row * extents.stride_height - extents.padding_height;
    const std::int32_t bottom = top + rows_under(extents, rows);
    const std::int32_t begin = top < 0 ? 0 : top;
    const std::int32_t end = bottom < extents.in.height ? bottom : extents.in.height;
    return {begin, end < begin ? begin : end, begin - top};
}

/// The codes of consecutive pixels as words of bits, 1 for positive codes; after the last channel of a pixel zero.
template <class Set, class Code>
void pack_codes(const Code* codes, std::int64_t pixels, std::int32_t channels, std::uint32_t* words) {
    if (channels % bits_per_word == 0) {
        const std::int64_t count = pixels * (channels / bits_per_word);
        for (std::int64_t i = 0; i < count; ++i) {
            words[i] = positive_codes(Set{}, codes + i * bits_per_word, bits_per_word, 0);
        }
        return;
    }
    for (std::int64_t begin = 0; begin < pixels * channels; begin += channels) {
        std::int32_t c = 0;
        for (; c + bits_per_word <= channels; c += bits_per_word) {
            *words++ = positive_codes(Set{}, codes + begin + c, bits_per_word, begin + c);
        }
        *words++ = positive_codes(Set{}, codes + begin + c, channels - c, begin + c);
    }
}

/// Adds what the padding's code gives beyond the lower code, where taps lie on the padding.
template <class Arithmetic>
void add_padding(const ConvolutionExtents& e, std::int32_t first_row, std::int32_t rows, const std::uint32_t* packed,
                 std::int32_t* accumulators) {
    const BitLayout<Arithmetic> layout(e);
    if (!layout.corrects_padding) return;
    const ColumnRange from_first = columns_inside(-e.padding_width, e.stride_width, e.in.width, e.out.width);
    const ColumnRange to_last =
        columns_inside(e.dilation * (e.kernel_width - 1) - e.padding_width, e.stride_width, e.in.width, e.out.width);
    for (std::int32_t y = first_row; y < first_row + rows; ++y) {
        const std::int32_t top = y * e.stride_height - e.padding_height;
        const bool inside = top >= 0 && top + e.dilation * (e.kernel_height - 1) < e.in.height;
        for (std::int32_t x = 0; x < e.out.width; ++x) {
            if (inside && x == from_first.begin && x < to_last.end) x = to_last.end;
            if (x >= e.out.width) break;
            const std::int32_t left = x * e.stride_width - e.padding_width;
            std::int32_t* const pixel = accumulators + (std::int64_t{y - first_row} * e.out.width + x) * e.out.channels;
            for (std::int32_t tap = 0; tap < layout.taps; ++tap) {
                const std::int32_t from_y = top + tap / e.kernel_width * e.dilation;
                const std::int32_t from_x = left + tap % e.kernel_width * e.dilation;
                if (from_y >= 0 && from_y < e.in.height && from_x >= 0 && from_x < e.in.width) continue;
                const std::uint32_t* const correction = packed + layout.correction(tap);
                std::int32_t c = 0;
                for (; c + Arithmetic::lanes <= e.out.channels; c += Arithmetic::lanes) {
                    Arithmetic::store_sum(
                        pixel + c, Arithmetic::add(Arithmetic::sums(pixel + c), Arithmetic::constants(correction + c)));
                }
                for (; c < e.out.channels; ++c) pixel[c] += static_cast<std::int32_t>(correction[c]);
            }
        }
    }
}

/// Bytes of the words of an image under `rows` output rows.
[[nodiscard]] constexpr std::int64_t packed_image_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
    const std::int64_t under = rows_under(extents, rows);
    const std::int64_t height = under < extents.in.height ? under : extents.in.height;
    return round_up(height * extents.in.width * words_of(extents.in.channels) * 4, 64);
}

/// Why weights are not one bit each, without groups; null if they are.
[[nodiscard]] constexpr const char* refusal_of_bit_weights(const ProductFacts& facts) {
    if (!facts.sign_weights || facts.window_sums) return "weights are not -1 and 1";
    return facts.extents.groups == 1 ? nullptr : "there are groups";
}

/// See ProductKernel. Activation codes are `Lower` and 1; they are packed to words, unless they lie in words already.
template <std::int32_t Lower>
struct BitProduct {
    static constexpr const char* name = "bits";
    static constexpr bool reads_bits = true;
    template <class Set>
    using Arithmetic = BitArithmetic<Set, Lower>;

    /// 32 products a word, and the packing of the image.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        const ConvolutionExtents words = in_words(facts.extents);
        const std::int64_t products = computed_products(words, Arithmetic<Set>::lanes, 1) * bits_per_word;
        return cost_of(products, profile.bit_product) + cost_of(facts.extents.in.size(), profile.packed_code) +
               reading_cost(profile, words.weights() * 4, facts.batch);
    }
    template <class Set>
    [[nodiscard]] static constexpr std::size_t weight_bytes(const ConvolutionExtents& extents) {
        return memory_size(round_up(BitLayout<Arithmetic<Set>>(extents).size() * 4, 64));
    }
    /// Bit 1 stands for 1.
    template <class Set>
    static void pack_weights(const ConvolutionExtents& extents, const std::int8_t* weights, std::byte* packed) {
        auto* const to = reinterpret_cast<std::uint32_t*>(packed);
        fill_zero(packed, static_cast<std::int64_t>(weight_bytes<Set>(extents)));
        const BitLayout<Arithmetic<Set>> layout(extents);
        const std::int32_t channels = extents.in.channels;
        const std::int32_t factor = extents.padding_code - Lower;
        for (std::int32_t output = 0; output < extents.out.channels; ++output) {
            std::int32_t total = 0;
            for (std::int64_t tap = 0; tap < layout.taps; ++tap) {
                std::int32_t sum = 0;
                for (std::int32_t c = 0; c < channels; ++c, ++weights) {
                    sum += *weights;
                    if (*weights < 0) continue;
                    to[layout.word(output, tap * layout.words + c / bits_per_word)] |= std::uint32_t{1}
                                                                                       << (c % bits_per_word);
                }
                if (layout.corrects_padding) {
                    to[layout.correction(tap) + output] = static_cast<std::uint32_t>(factor * sum);
                }
                total += sum;
            }
            // Where no bit differs: each code times itself.
            const auto fan_in = static_cast<std::int32_t>(extents.fan_in());
            to[layout.constant(output)] = static_cast<std::uint32_t>(Lower == 0 ? (fan_in + total) / 2 : fan_in);
        }
    }
    template <class Set>
    static void unpack_weights(const ConvolutionExtents& extents, const std::byte* packed, std::int8_t* weights) {
        const auto* const from = reinterpret_cast<const std::uint32_t*>(packed);
        const BitLayout<Arithmetic<Set>> layout(extents);
        for (std::int32_t output = 0; output < extents.out.channels; ++output) {
            for (std::int64_t tap = 0; tap < layout.taps; ++tap) {
                for (std::int32_t c = 0; c < extents.in.channels; ++c) {
                    const std::uint32_t word = from[layout.word(output, tap * layout.words + c / bits_per_word)];
                    *weights++ = (word >> (c % bits_per_word) & 1U) != 0 ? 1 : -1;
                }
            }
        }
    }
    template <class Set, class Code>
    [[nodiscard]] static constexpr std::size_t workspace_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
        const std::int64_t copied = copied_codes<Arithmetic<Set>, std::uint32_t>(in_words(extents), rows);
        const std::int64_t packed = std::is_same_v<Code, BitWord> ? 0 : packed_image_bytes(extents, rows);
        return memory_size(packed + round_up(copied * 4, 64));
    }
    template <class Set, Grouping, class Code>
    static void multiply_rows(const ConvolutionExtents& extents, const Code* image, std::int32_t first_row,
                              std::int32_t rows, const std::byte* packed, std::int32_t* accumulators,
                              std::byte* workspace) {
        const auto* const weights = reinterpret_cast<const std::uint32_t*>(packed);
        const ConvolutionExtents whole = in_words(extents);
        const ConvolutionPlan plan = plan_for<Arithmetic<Set>>(whole);
        // The rows under the block, as an image of their own.
        const RowsInside inside = rows_inside(extents, first_row, rows);
        ConvolutionExtents block = whole;
        block.in.height = inside.end - inside.begin;
        block.out.height = rows;
        block.padding_height = inside.padding;
        const auto multiply = [&](const BitWord* words, std::byte* copy) {
            convolve_mixed<Arithmetic<Set>>(block, plan, words, 1, 0, rows, weights, {accumulators},
                                            reinterpret_cast<BitWord*>(copy));
        };
        const std::int64_t first_pixel = std::int64_t{inside.begin} * extents.in.width;
        if constexpr (std::is_same_v<Code, BitWord>) {
            multiply(image + first_pixel * whole.in.channels, workspace);
        } else {
            auto* const words = reinterpret_cast<BitWord*>(workspace);
            pack_codes<Set>(image + first_pixel * extents.in.channels, std::int64_t{block.in.height} * block.in.width,
                            extents.in.channels, words);
            multiply(words, workspace + packed_image_bytes(extents, rows));
        }
        add_padding<Arithmetic<Set>>(extents, first_row, rows, weights, accumulators);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
