// What the product kernels of tables share. Few codes of few states have few combinations: for each there is a table of
// 16 bytes, what it gives with each combination of weights. Tables are constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/array.hpp"
#include "intaglio/core/extents.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/convolution.hpp"
#include "intaglio/kernels/pack_weights.hpp"
#include "intaglio/kernels/planes.hpp"
#include "intaglio/kernels/product_kernel.hpp"
#include "intaglio/kernels/rows_inside.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Bytes between a table and the next, for a number of 1: numbers are even, so that those of 64 tables fit 7 bits.
inline constexpr std::ptrdiff_t table_stride = 8;

/// An arithmetic whose codes are the numbers of tables and whose weights are places in them, a byte each. Sums of bytes
/// become sums of 16 bits.
template <class Set, class Table>
struct TableArithmetic {
    using Architecture = Set;
    using Stored = std::uint8_t;
    using Weight = std::int8_t;
    using Sum = std::int32_t;
    static constexpr int codes_per_chunk = 1;
    static constexpr bool has_constants = false;
    static constexpr int lanes = 4 * int32_lanes(Set{});

    static INTAGLIO_INLINE auto zero() { return zero_word_sums(Set{}); }
    static INTAGLIO_INLINE auto zero_short() { return zero_byte_sums(Set{}); }
    static INTAGLIO_INLINE auto codes(const Stored* number) {
        return load_table(Set{}, Table::entries.data + *number * table_stride);
    }
    static INTAGLIO_INLINE auto weights(const Weight* places) { return load_places(Set{}, places); }
    template <class Sums, class Entries, class Places>
    static INTAGLIO_INLINE Sums multiply_add(Sums sums, Entries table, Places places) {
        return add_looked_up(Set{}, sums, table, places);
    }
    template <class Sums, class Bytes>
    static INTAGLIO_INLINE Sums add_short(Sums sums, Bytes bytes) {
        return add_byte_sums(Set{}, sums, bytes);
    }
    template <class Sums>
    static INTAGLIO_INLINE Sums add(Sums a, Sums b) {
        return add_word_sums(Set{}, a, b);
    }
    template <class Sums>
    static INTAGLIO_INLINE void store_sum(Sum* values, Sums sums) {
        store_word_sums(Set{}, values, sums);
    }
    template <class Sums>
    static INTAGLIO_INLINE void store_first_sums(Sum* values, Sums sums, int count) {
        Sum copy[lanes];
        store_word_sums(Set{}, copy, sums);
        for (int i = 0; i < count && i < lanes; ++i) values[i] = copy[i];
    }
};

/// See ProductKernel. A `Table` has `entries`, `codes_per_number`, `largest_entry`, `number(code)`: of codes that are
/// all the same, `place(weights, count)` and `weight(place, i)`, and `number_codes<Set>(codes, count, numbers)`.
template <class Table>
struct TableProduct {
    template <class Set>
    using Arithmetic = TableArithmetic<Set, Table>;

    /// Products of one look-up.
    static constexpr std::int32_t codes_per_number = Table::codes_per_number;
    /// Look-ups whose sum fits 8 bits.
    static constexpr std::int32_t short_chunks = 127 / Table::largest_entry;

    /// The same convolution with numbers for channels.
    [[nodiscard]] static constexpr ConvolutionExtents in_numbers(ConvolutionExtents extents) {
        extents.in.channels = numbers_of(extents.in.channels);
        extents.padding_code = Table::number(extents.padding_code);
        return extents;
    }
    /// Look-ups, and what widening sums of bytes takes: as much as 8/3 of them; the numbers of the codes.
    template <class Set>
    [[nodiscard]] static constexpr ProductCost cost(const ProductFacts& facts, const CostProfile& profile) {
        const ConvolutionExtents numbers = in_numbers(facts.extents);
        const std::int64_t found = computed_products(numbers, Arithmetic<Set>::lanes, 1);
        const std::int64_t each = profile.looked_up_byte + profile.looked_up_byte * 8LL / (3 * short_chunks);
        return cost_of(found, each) + cost_of(facts.extents.in.size(), profile.packed_code) +
               reading_cost(profile, numbers.weights(), facts.batch);
    }
    template <class Set>
    [[nodiscard]] static constexpr std::size_t weight_bytes(const ConvolutionExtents& extents) {
        return packed_bytes<Arithmetic<Set>>(in_numbers(extents));
    }
    template <class Set>
    static void pack_weights(const ConvolutionExtents& extents, const std::int8_t* weights, std::byte* packed) {
        auto* const to = reinterpret_cast<std::int8_t*>(packed);
        fill_zero(packed, static_cast<std::int64_t>(weight_bytes<Set>(extents)));
        for_each_number<Set>(extents, [=](std::int64_t index, std::int64_t first, std::int32_t count) {
            to[index] = static_cast<std::int8_t>(Table::place(weights + first, count));
        });
    }
    template <class Set>
    static void unpack_weights(const ConvolutionExtents& extents, const std::byte* packed, std::int8_t* weights) {
        const auto* const from = reinterpret_cast<const std::int8_t*>(packed);
        for_each_number<Set>(extents, [=](std::int64_t index, std::int64_t first, std::int32_t count) {
            for (std::int32_t i = 0; i < count; ++i) {
                weights[first + i] = static_cast<std::int8_t>(Table::weight(from[index], i));
            }
        });
    }
    template <class Set, class Code>
    [[nodiscard]] static constexpr std::size_t workspace_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
        const std::int64_t copied = copied_codes<Arithmetic<Set>, std::uint8_t>(in_numbers(extents), rows);
        return memory_size(number_bytes(extents, rows) + round_up(copied, 64));
    }
    template <class Set, Grouping, class Code>
    static void multiply_rows(const ConvolutionExtents& extents, const Code* image, std::int32_t first_row,
                              std::int32_t rows, const std::byte* packed, std::int32_t* accumulators,
                              std::byte* workspace) {
        multiply_panels<Set>(extents, image, {1, first_row, rows}, packed, {accumulators}, workspace);
    }
    template <class Set>
    [[nodiscard]] static constexpr std::int32_t panel_channels(const ConvolutionExtents& extents) {
        return plan_for<Arithmetic<Set>>(in_numbers(extents)).panel_channels(Arithmetic<Set>::lanes);
    }
    template <class Set, class Code>
    static void multiply_panels(const ConvolutionExtents& extents, const Code* image, const RowBlock& rows,
                                const std::byte* packed, const ProductOutput<std::int32_t>& output,
                                std::byte* workspace) {
        ConvolutionExtents block = in_numbers(extents);
        ConvolutionPlan plan = plan_for<Arithmetic<Set>>(block);
        plan.short_chunks = short_chunks;
        // The rows under the block, as an image of their own.
        const RowsInside inside = rows_inside(extents, rows.first_row, rows.rows);
        block.in.height = inside.end - inside.begin;
        block.out.height = rows.rows;
        block.padding_height = inside.padding;
        auto* const numbers = reinterpret_cast<std::uint8_t*>(workspace);
        const std::int32_t channels = extents.in.channels;
        const std::int64_t pixel = std::is_same_v<Code, BitWord> ? words_of(channels) : channels;
        for (std::int32_t i = 0; i < rows.images; ++i) {
            const std::int64_t first_pixel = i * extents.in.pixels() + std::int64_t{inside.begin} * extents.in.width;
            number_pixels<Set>(image + first_pixel * pixel, block.in.pixels(), channels, numbers + i * block.in.size());
        }
        std::byte* const copy = workspace + rows.images * number_bytes(extents, rows.rows);
        convolve_mixed<Arithmetic<Set>>(block, plan, numbers, rows.images, 0, rows.rows,
                                        reinterpret_cast<const std::int8_t*>(packed), output,
                                        reinterpret_cast<std::uint8_t*>(copy));
    }

  protected:
    /// Why totals of codes 0 ... `largest` and weights of -1 ... 1 would not fit 16 bits; null if they do.
    [[nodiscard]] static constexpr const char* refusal_of_sums(const ProductFacts& facts, std::int64_t largest) {
        if (facts.storage != Storage::uint8) return "codes are no unsigned bytes";
        if (facts.codes.highest > largest) return "codes have more states";
        if (facts.weight_codes.lowest < -1 || facts.weight_codes.highest > 1) return "weights are not -1, 0 and 1";
        if (facts.extents.groups != 1) return "there are groups";
        if (facts.extents.padding_codes.count != 0) return "channels have a padding of their own";
        return facts.extents.fan_in() * largest <= 32767 ? nullptr : "totals do not fit 16 bits";
    }

  private:
    [[nodiscard]] static constexpr std::int32_t numbers_of(std::int32_t channels) {
        constexpr std::int32_t codes = Table::codes_per_number;
        return static_cast<std::int32_t>(round_up(channels, codes) / codes);
    }
    /// Bytes of the numbers of an image under `rows` output rows.
    [[nodiscard]] static constexpr std::int64_t number_bytes(const ConvolutionExtents& extents, std::int32_t rows) {
        const std::int64_t under = rows_under(extents, rows);
        const std::int64_t height = under < extents.in.height ? under : extents.in.height;
        return round_up(height * extents.in.width * numbers_of(extents.in.channels), 64);
    }
    /// Calls visit(index of the place, first weight, number of weights) for each place.
    template <class Set, class Visit>
    static constexpr void for_each_number(const ConvolutionExtents& extents, const Visit& visit) {
        const std::int64_t channels = extents.in.channels;
        const std::int64_t numbers = numbers_of(extents.in.channels);
        for_each_packed_weight<Arithmetic<Set>>(
            in_numbers(extents), [&](std::int64_t index, std::int32_t output, std::int64_t within) {
                const std::int64_t channel = within % numbers * Table::codes_per_number;
                const std::int64_t left = channels - channel;
                visit(index, output * extents.fan_in() + within / numbers * channels + channel,
                      static_cast<std::int32_t>(left < Table::codes_per_number ? left : Table::codes_per_number));
            });
    }
    /// The numbers of the codes of pixels; those that the last number of a pixel lacks are 0.
    template <class Set, class Code>
    static void number_pixels(const Code* codes, std::int64_t pixels, std::int32_t channels, std::uint8_t* numbers) {
        const std::int32_t whole = channels / Table::codes_per_number;
        if constexpr (std::is_same_v<Code, BitWord>) {
            Table::number_bits(codes, pixels, channels, numbers);
        } else if (channels % Table::codes_per_number == 0) {
            Table::template number_codes<Set>(codes, pixels * whole, numbers);
        } else {
            for (std::int64_t p = 0; p < pixels; ++p, codes += channels, numbers += whole + 1) {
                Table::template number_codes<Set>(codes, std::int64_t{whole}, numbers);
                Code last[Table::codes_per_number] = {};
                for (std::int32_t c = whole * Table::codes_per_number; c < channels; ++c) {
                    last[c % Table::codes_per_number] = codes[c];
                }
                Table::template number_codes<Set>(last, std::int64_t{1}, numbers + whole);
            }
        }
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
