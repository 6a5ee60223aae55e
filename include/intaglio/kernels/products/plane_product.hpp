// Products of bit planes: activations as planes, weights as a plane of signs and planes of magnitudes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution.hpp"
#include "intaglio/kernels/padded_image.hpp"
#include "intaglio/kernels/planes.hpp"
#include "intaglio/kernels/product_kernel.hpp"
#include "intaglio/kernels/rows_inside.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// A product of states in `Planes` planes with weights of a plane of signs, 1 for negative ones, and `Magnitudes`
/// planes of magnitudes; without any, all weights are -1 and 1.
///
/// For a plane a of the states, the signs s and a plane m of the magnitudes, the bits of (a xor s) and m are those of a
/// where weights are positive, and those that a lacks where they are negative. So the sum of a * w is their number less
/// that of the negative weights, and a total is a constant of the output channel plus the sum of all counts, those of
/// planes a_p and m_q times 2^(p + q).
template <class Set, int Magnitudes, int Planes, int Spacing>
struct PlaneArithmetic : IntegerArithmetic<Set, PlaneElement<Planes>, PlaneElement<Magnitudes + 1>> {
    using Stored = PlaneElement<Planes>;
    using Weight = PlaneElement<Magnitudes + 1>;
    using Sum = std::int32_t;
    static constexpr int codes_per_chunk = 1;
    static constexpr bool has_constants = true;
    static constexpr int lanes = int32_lanes(Set{});
    static constexpr int planes = Planes;
    static constexpr int weight_planes = Magnitudes + 1;  ///< that of the signs first
    static constexpr int spacing = Spacing;

    template <class Plane, int Count>
    struct PlaneVectors {
        Plane plane[Count];
    };

    static INTAGLIO_INLINE auto codes(const Stored* values) {
        const BitWord* const words = words_in(values);
        PlaneVectors<decltype(broadcast_codes(Set{}, words)), Planes> vectors;
        INTAGLIO_UNROLLED (p, Planes) {
            vectors.plane[p] = broadcast_codes(Set{}, words + p);
        }
        return vectors;
    }
    /// A chunk of the packed weights is [plane][lane].
    static INTAGLIO_INLINE auto weights(const Weight* values) {
        const BitWord* const words = words_in(values);
        PlaneVectors<decltype(load_weights(Set{}, words)), weight_planes> vectors;
        INTAGLIO_UNROLLED (p, weight_planes) {
            vectors.plane[p] = load_weights(Set{}, words + p * lanes);
        }
        return vectors;
    }
    static INTAGLIO_INLINE auto constants(const Weight* values) {
        return sums(reinterpret_cast<const Sum*>(words_in(values)));
    }
    static INTAGLIO_INLINE auto sums(const Sum* values) { return load_int32(Set{}, values); }

    template <class Vector, class Codes, class Weights>
    static INTAGLIO_INLINE Vector multiply_add(Vector sum, const Codes& codes, const Weights& weights) {
        if constexpr (Magnitudes == 0) {
            INTAGLIO_UNROLLED (p, Planes) {
                sum = add_bit_counts(Set{}, sum, different_bits(Set{}, codes.plane[p], weights.plane[0]), p);
            }
        } else {
            INTAGLIO_UNROLLED (p, Planes) {
                INTAGLIO_UNROLLED (m, Magnitudes) {
                    const auto bits = different_bits(Set{}, codes.plane[p], weights.plane[0], weights.plane[m + 1]);
                    sum = add_bit_counts(Set{}, sum, bits, p + m);
                }
            }
        }
        return sum;
    }
    template <class Vector>
    static INTAGLIO_INLINE Vector total(Vector sum, Vector constant) {
        if constexpr (Spacing == 2) constant = add_int32(Set{}, constant, sum);
        return add_int32(Set{}, constant, sum);
    }

    /// The state that words of the padding hold: that of the padding code, or 0 if words cannot hold it. Without
    /// magnitudes, bits after the last channel would count.
    [[nodiscard]] static constexpr std::int32_t padding_state(const ConvolutionExtents& e) {
        const std::int32_t above = e.padding_code - e.lowest_code;
        const std::int32_t state = Spacing == 2 ? above >> 1 : above;
        const bool fits = above >= 0 && state < 1 << Planes && state * Spacing == above;
        return fits && (Magnitudes > 0 || e.in.channels % bits_per_word == 0) ? state : 0;
    }
    /// What the padding code is above the code of that state.
    [[nodiscard]] static constexpr std::int32_t padding_beyond(const ConvolutionExtents& e) {
        return e.padding_code - (e.lowest_code + padding_state(e) * Spacing);
    }
};

/// The same convolution with words for channels.
template <class Arithmetic>
[[nodiscard]] constexpr ConvolutionExtents in_words(ConvolutionExtents extents) {
    const std::int32_t state = Arithmetic::padding_state(extents);
    extents.padding_code = Arithmetic::planes == 1 ? -state : state;  // a single word is no PlaneWords
    extents.in.channels = words_of(extents.in.channels);
    return extents;
}

/// Where the parts of the packed weights lie, in words: [block of two vectors of output channels][word of the window]
/// [vector][plane][lane], the last block may be one vector wide; each block ends with a chunk [vector][lane] of the
/// constants of its channels. After all blocks, if the padding holds another code than its words: [tap][output
/// channel], how much a tap on the padding adds to what its words give.
template <class Arithmetic>
struct PlaneLayout {
    static constexpr std::int64_t lanes = Arithmetic::lanes;
    static constexpr std::int64_t chunk = lanes * Arithmetic::weight_planes;
    std::int64_t words;  ///< of one tap
    std::int64_t taps;
    std::int64_t vectors;
    bool corrects_padding;

    constexpr explicit PlaneLayout(const ConvolutionExtents& e)
        : words(words_of(e.in.channels)),
          taps(std::int64_t{e.kernel_height} * e.kernel_width),
          vectors(round_up(e.out.channels, lanes) / lanes),
          corrects_padding(e.has_padding() && Arithmetic::padding_beyond(e) != 0) {}

    /// Place of the signs of a word of the window of an output channel, `lanes` words before the magnitudes; its
    /// constant lies after the last word.
    [[nodiscard]] constexpr std::int64_t word(std::int64_t output, std::int64_t within) const {
        const std::int64_t vector = output / lanes;
        const std::int64_t first = vector / 2 * 2;
        const std::int64_t columns = first + 1 < vectors ? 2 : 1;
        return (first * (taps * words + 1) + within * columns + (vector - first)) * chunk + output % lanes;
    }
    [[nodiscard]] constexpr std::int64_t constant(std::int64_t output) const { return word(output, taps * words); }
    [[nodiscard]] constexpr std::int64_t correction(std::int64_t tap) const {
        return vectors * (chunk * (taps * words + 1) + lanes * tap);
    }
    [[nodiscard]] constexpr std::int64_t size() const { return correction(corrects_padding ? taps : 0); }
};

/// The codes of consecutive pixels as words of planes; after the last channel of a pixel zero.
template <class Set, int Planes, int Spacing, class Code>
void pack_codes(const Code* codes, std::int64_t pixels, std::int32_t channels, std::int32_t lowest, BitWord* words) {
    const auto pack = [&](std::int64_t at, std::int32_t count) __attribute__((always_inline)) {
        for (int p = 0; p < Planes; ++p) {
            *words++ = bits_of_codes(Set{}, codes + at, count, at, -lowest, p + Spacing - 1);
        }
    };
    if (channels % bits_per_word == 0) {
        const std::int64_t count = pixels * channels;
        for (std::int64_t i = 0; i < count; i += bits_per_word) pack(i, bits_per_word);
        return;
    }
    for (std::int64_t begin = 0; begin < pixels * channels; begin += channels) {
        std::int32_t c = 0;
        for (; c + bits_per_word <= channels; c += bits_per_word) pack(begin + c, bits_per_word);
        pack(begin + c, channels - c);
    }
}

/// Adds what the padding's code gives beyond its words, where taps lie on the padding.
template <class Arithmetic>
void add_padding(const ConvolutionExtents& e, std::int32_t first_row, std::int32_t rows, const BitWord* packed,
                 std::int32_t* accumulators) {
    const PlaneLayout<Arithmetic> layout(e);
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
                const BitWord* const correction = packed + layout.correction(tap);
                std::int32_t c = 0;
                for (; c + Arithmetic::lanes <= e.out.channels; c += Arithmetic::lanes) {
                    const auto more = Arithmetic::sums(reinterpret_cast<const std::int32_t*>(correction + c));
                    Arithmetic::store_sum(pixel + c, Arithmetic::add(Arithmetic::sums(pixel + c), more));
                }
                for (; c < e.out.channels; ++c) pixel[c] += static_cast<std::int32_t>(correction[c]);
            }
        }
    }
}

/// Bytes of the words of an image under `rows` output rows.
template <int Planes>
[[nodiscard]] constexpr std::int64_t packed_image_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
    const std::int64_t under = rows_under(extents, rows);
    const std::int64_t height = under < extents.in.height ? under : extents.in.height;
    return round_up(height * extents.in.width * words_of(extents.in.channels) * Planes * 4, 64);
}

/// Planes of the magnitudes of weights; 0 if these are -1 and 1.
[[nodiscard]] constexpr int magnitude_planes(const ProductFacts& facts) {
    if (facts.sign_weights) return 0;
    const CodeRange weights = facts.weight_codes;
    const std::int64_t largest = -weights.lowest > weights.highest ? -weights.lowest : weights.highest;
    int planes = 1;
    while (largest >> planes != 0) ++planes;
    return planes;
}
/// How the activations of a product lie in planes.
[[nodiscard]] constexpr PlaneForm plane_form(const ProductFacts& facts) {
    return plane_form(facts.codes, facts.code_spacing);
}
/// See ProductKernel. Legal for weights with so many planes of magnitudes and for activations of so many planes, whose
/// codes lie `Spacing` apart; without groups. Codes are packed to words, unless they lie in words already.
template <int Magnitudes, int Planes, int Spacing>
struct PlaneProduct {
    static constexpr const char* name = Magnitudes == 0 && Planes == 1 ? "bits" : "planes";
    static constexpr int planes = Planes;
    using Code = std::conditional_t<Spacing == 1, std::uint8_t, std::int8_t>;
    template <class Set>
    using Arithmetic = PlaneArithmetic<Set, Magnitudes, Planes, Spacing>;

    template <class Set>
    [[nodiscard]] static constexpr const char* refusal(const ProductFacts& facts) {
        const PlaneForm form = plane_form(facts);
        if (magnitude_planes(facts) != Magnitudes || facts.window_sums) return "weights have other planes";
        if (form.planes != Planes || form.spacing != Spacing) return "codes have other planes";
        if (facts.extents.groups != 1) return "there are groups";
        const bool one_padding = facts.extents.padding_codes.count == 0;
        const bool right_lowest = facts.extents.lowest_code == form.lowest && bytes(facts.storage) == 1;
        return one_padding && right_lowest ? nullptr : "codes do not lie as their states say";
    }
    /// 32 products of each pair a word, and the packing of the image.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        constexpr std::int32_t pairs = Planes * (Magnitudes == 0 ? 1 : Magnitudes);
        const ConvolutionExtents words = in_words<Arithmetic<Set>>(facts.extents);
        const std::int64_t products = computed_products(words, Arithmetic<Set>::lanes, 1) * bits_per_word;
        const std::int32_t product = Magnitudes == 0 ? profile.bit_product : profile.plane_product;
        return cost_of(products, std::int64_t{product} * pairs) +
               cost_of(facts.extents.in.size(), std::int64_t{profile.packed_code} * Planes) +
               reading_cost(profile, words.weights() * 4 * (1 + Magnitudes), facts.batch);
    }

    template <class Set>
    [[nodiscard]] static constexpr std::size_t weight_bytes(const ConvolutionExtents& extents) {
        return memory_size(round_up(PlaneLayout<Arithmetic<Set>>(extents).size() * 4, 64));
    }
    template <class Set>
    static void pack_weights(const ConvolutionExtents& extents, const std::int8_t* weights, std::byte* packed) {
        auto* const to = reinterpret_cast<BitWord*>(packed);
        fill_zero(packed, static_cast<std::int64_t>(weight_bytes<Set>(extents)));
        const PlaneLayout<Arithmetic<Set>> layout(extents);
        const std::int32_t beyond = Arithmetic<Set>::padding_beyond(extents);
        for (std::int32_t output = 0; output < extents.out.channels; ++output) {
            std::int32_t total = 0;
            std::int32_t negative = 0;
            for (std::int64_t tap = 0; tap < layout.taps; ++tap) {
                std::int32_t sum = 0;
                for (std::int32_t c = 0; c < extents.in.channels; ++c) {
                    const std::int32_t weight = *weights++;
                    const std::int32_t magnitude = weight < 0 ? -weight : weight;
                    BitWord* const word = to + layout.word(output, tap * layout.words + c / bits_per_word);
                    const BitWord bit = BitWord{1} << (c % bits_per_word);
                    if (weight < 0) word[0] |= bit;
                    for (int m = 0; m < Magnitudes; ++m) {
                        if ((magnitude >> m & 1) != 0) word[(m + 1) * layout.lanes] |= bit;
                    }
                    sum += weight;
                    if (weight < 0) negative += magnitude;
                }
                if (layout.corrects_padding) {
                    to[layout.correction(tap) + output] = static_cast<BitWord>(beyond * sum);
                }
                total += sum;
            }
            constexpr std::int32_t last_state = (1 << Planes) - 1;
            to[layout.constant(output)] =
                static_cast<BitWord>(extents.lowest_code * total - Spacing * last_state * negative);
        }
    }
    template <class Set>
    static void unpack_weights(const ConvolutionExtents& extents, const std::byte* packed, std::int8_t* weights) {
        const auto* const from = reinterpret_cast<const BitWord*>(packed);
        const PlaneLayout<Arithmetic<Set>> layout(extents);
        for (std::int32_t output = 0; output < extents.out.channels; ++output) {
            for (std::int64_t tap = 0; tap < layout.taps; ++tap) {
                for (std::int32_t c = 0; c < extents.in.channels; ++c) {
                    const BitWord* const word = from + layout.word(output, tap * layout.words + c / bits_per_word);
                    const auto bit = [&](int plane) { return word[plane * layout.lanes] >> (c % bits_per_word) & 1U; };
                    int magnitude = Magnitudes == 0 ? 1 : 0;
                    for (int m = 0; m < Magnitudes; ++m) magnitude += static_cast<int>(bit(m + 1) << m);
                    *weights++ = static_cast<std::int8_t>(bit(0) != 0 ? -magnitude : magnitude);
                }
            }
        }
    }
    template <class Set, class In>
    [[nodiscard]] static constexpr std::size_t workspace_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
        using Stored = typename Arithmetic<Set>::Stored;
        const std::int64_t copied =
            copied_codes<Arithmetic<Set>, Stored>(in_words<Arithmetic<Set>>(extents), rows) * Planes * 4;
        const std::int64_t packed = std::is_same_v<In, Stored> ? 0 : packed_image_bytes<Planes>(extents, rows);
        return memory_size(packed + round_up(copied, 64));
    }
    template <class Set, Grouping, class In>
    static void multiply_rows(const ConvolutionExtents& extents, const In* image, std::int32_t first_row,
                              std::int32_t rows, const std::byte* packed, std::int32_t* accumulators,
                              std::byte* workspace) {
        using Stored = typename Arithmetic<Set>::Stored;
        const auto* const weights = reinterpret_cast<const typename Arithmetic<Set>::Weight*>(packed);
        const ConvolutionExtents whole = in_words<Arithmetic<Set>>(extents);
        const ConvolutionPlan plan = plan_for<Arithmetic<Set>>(whole);
        // The rows under the block, as an image of their own.
        const RowsInside inside = rows_inside(extents, first_row, rows);
        ConvolutionExtents block = whole;
        block.in.height = inside.end - inside.begin;
        block.out.height = rows;
        block.padding_height = inside.padding;
        const auto multiply = [&](const Stored* words, std::byte* copy) {
            convolve_mixed<Arithmetic<Set>>(block, plan, words, 1, 0, rows, weights, {accumulators},
                                            reinterpret_cast<Stored*>(copy));
        };
        const std::int64_t first_pixel = std::int64_t{inside.begin} * extents.in.width;
        if constexpr (std::is_same_v<In, Stored>) {
            multiply(image + first_pixel * whole.in.channels, workspace);
        } else {
            auto* const words = reinterpret_cast<Stored*>(workspace);
            pack_codes<Set, Planes, Spacing>(image + first_pixel * extents.in.channels,
                                             std::int64_t{block.in.height} * block.in.width, extents.in.channels,
                                             extents.lowest_code, words_in(words));
            multiply(words, workspace + packed_image_bytes<Planes>(extents, rows));
        }
        add_padding<Arithmetic<Set>>(extents, first_row, rows, reinterpret_cast<const BitWord*>(packed), accumulators);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
