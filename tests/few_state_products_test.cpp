// Products of few states against a naive reference, on every instruction set of this build: sums of 16 bits, and
// tables, Winograd's tiles. Extremes of codes and weights fill sums to the last bit, so that one chunk too many
// overflows.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/simd/simd.hpp"
#include "support/kernel_tools.hpp"
#include "support/product_checks.hpp"

namespace few_state_products_test {

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using namespace tools;

/// Codes and weights of a product.
struct Ranges {
    CodeRange codes;
    CodeRange weights;
    bool sign_weights = false;  ///< never 0
};

enum class Fill { random, high, low };

std::int64_t pick(Random& random, CodeRange range, Fill fill, bool skips_zero) {
    if (fill == Fill::high) return range.highest;
    if (fill == Fill::low) return range.lowest;
    const auto found =
        between(random, static_cast<std::int32_t>(range.lowest), static_cast<std::int32_t>(range.highest));
    return skips_zero && found == 0 ? 1 : found;
}

/// Where panels of sums go.
struct Taker {
    std::int32_t* sums;
    std::int32_t channels;
};

/// Whether a kernel is legal; if so, that it is exact, on the whole image and on blocks of rows.
template <class Set, class P>
bool check(ConvolutionExtents e, const Ranges& ranges, Random& random) {
    using Code = typename P::Code;
    INFO(simd::name(Set{}), ", product of ", P::name, ", ", describe(e));
    const auto codes = static_cast<std::int32_t>(ranges.codes.highest - ranges.codes.lowest + 1);
    const auto in_range = [&](std::int32_t code) {
        return static_cast<std::int32_t>(ranges.codes.lowest) + (code < 0 ? -code : code) % codes;
    };
    e.padding_code = between(random, 0, 2) == 0 ? 0 : in_range(e.padding_code);
    for (std::int32_t& code : e.padding_codes.code.data) code = in_range(code);
    const ProductFacts facts{.extents = e,
                             .storage = sizeof(Code) == 2        ? Storage::int16
                                        : std::is_signed_v<Code> ? Storage::int8
                                                                 : Storage::uint8,
                             .codes = ranges.codes,
                             .weight_codes = ranges.weights,
                             .sign_weights = ranges.sign_weights};
    if (!is_legal<P, Set>(facts)) return false;

    const Fill fill = static_cast<Fill>(between(random, 0, 2));
    const Fill weight_fill = static_cast<Fill>(between(random, 0, 2));
    Guarded<Code> image(e.in.size());
    Guarded<std::int8_t> weights(e.weights());
    for (std::int64_t i = 0; i < e.in.size(); ++i) {
        image[i] = static_cast<Code>(pick(random, ranges.codes, fill, false));
    }
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        weights[i] = static_cast<std::int8_t>(pick(random, ranges.weights, weight_fill, ranges.sign_weights));
    }
    const std::vector<std::int64_t> expected = naive_sums(e, image, weights);

    Guarded<std::byte> packed(P::template weight_bytes<Set>(e));
    pack_and_check<Set, P>(e, weights, packed);

    const auto compare = [&](const auto* from) {
        using In = std::remove_cvref_t<decltype(*from)>;
        const std::int32_t pixel = std::is_same_v<In, Code> ? e.in.channels : words_of(e.in.channels);
        const std::int64_t in_size = e.in.pixels() * pixel;
        Guarded<In> in(in_size);
        std::memcpy(in.get(), from, static_cast<std::size_t>(in_size) * sizeof(In));
        for (const std::int32_t block : {e.out.height, std::int32_t{1}, between(random, 1, e.out.height)}) {
            check_blocks<Set, P, Grouping::mixed>(e, in.get(), packed, expected, block);
        }
        // Two images whose sums are taken panel by panel.
        const std::int32_t pitch = P::template panel_channels<Set>(e);
        Guarded<In> twice(2 * in_size);
        std::memcpy(twice.get(), from, static_cast<std::size_t>(in_size) * sizeof(In));
        std::memcpy(twice.get() + in_size, from, static_cast<std::size_t>(in_size) * sizeof(In));
        Guarded<std::int32_t> panel(2 * e.out.pixels() * pitch);
        Guarded<std::byte> workspace(2 * P::template workspace_bytes<Set, In>(e, e.out.height));
        std::vector<std::int32_t> taken(2 * expected.size());
        const auto take = [](const void* taker, const SumPanel<std::int32_t>& sums) {
            const Taker& to = *static_cast<const Taker*>(taker);
            for (std::int64_t p = 0; p < sums.pixels; ++p) {
                for (std::int32_t c = 0; c < sums.channels; ++c) {
                    to.sums[p * to.channels + sums.first_channel + c] = sums.sums[p * sums.pitch + c];
                }
            }
        };
        const Taker taker{taken.data(), e.out.channels};
        P::template multiply_panels<Set>(e, twice.get(), {.images = 2, .rows = e.out.height}, packed.get(),
                                         {.sums = panel.get(), .take = take, .taker = &taker}, workspace.get());
        CHECK(panel.intact());
        CHECK(workspace.intact());
        std::int64_t wrong = 0;
        for (std::size_t i = 0; i < taken.size(); ++i) wrong += taken[i] != expected[i % expected.size()] ? 1 : 0;
        CHECK(wrong == 0);
    };
    compare(image.get());
    if constexpr (planes_read<P> == 1) {
        std::vector<BitWord> words(static_cast<std::size_t>(e.in.pixels() * words_of(e.in.channels)));
        for (std::int64_t i = 0; i < e.in.size(); ++i) {
            const std::int64_t word = i / e.in.channels * words_of(e.in.channels) + i % e.in.channels / bits_per_word;
            if (image[i] != 0)
                words[static_cast<std::size_t>(word)] |= BitWord{1} << (i % e.in.channels % bits_per_word);
        }
        compare(words.data());
    }
    return true;
}

/// Extents of all kinds, and some whose sums are long enough to be widened several times.
std::vector<ConvolutionExtents> extents_with_long_sums(Random& random) {
    std::vector<ConvolutionExtents> all = swept_extents(random, 100);
    for (const std::int32_t channels : {63, 64, 250, 700, 2001}) {
        for (const std::int32_t outputs : {5, 40, 64, 70}) {
            for (const std::int32_t width : {1, 5})
                all.push_back({.in = {1, width, channels}, .out = {1, width, outputs}});
        }
    }
    all.push_back({.in = {4, 6, 200},
                   .out = {4, 6, 33},
                   .kernel_height = 3,
                   .kernel_width = 3,
                   .padding_height = 1,
                   .padding_width = 1});
    return all;
}

}  // namespace

TEST_CASE_TEMPLATE("few states: sums of 16 bits are exact", Set, KERNELS_TEST_TAGS) {
    Random random(1);
    std::int64_t compared = 0;
    for (const ConvolutionExtents& e : extents_with_long_sums(random)) {
        // Ternary, 15 states, and the largest weights of which two chunks fit: 32767 / (2 * 2 * 255), 127 under 15.
        for (const std::int64_t largest : {1, 7, 32, 127}) {
            const CodeRange weights{-largest, largest};
            compared += check<Set, ShortSumByteProduct<15>>(e, {{0, 15}, weights}, random) ? 1 : 0;
            compared += check<Set, ShortSumByteProduct<15>>(e, {{0, 7}, weights}, random) ? 1 : 0;
            compared += check<Set, ShortSumByteProduct<255>>(e, {{0, 255}, weights}, random) ? 1 : 0;
            compared += check<Set, ShortSumSignedByteProduct<8>>(e, {{-8, 7}, weights}, random) ? 1 : 0;
            compared += check<Set, ShortSumSignedByteProduct<128>>(e, {{-128, 127}, weights}, random) ? 1 : 0;
        }
    }
    CHECK(compared > 800);
}

TEST_CASE_TEMPLATE("few states: tables are exact", Set, KERNELS_TEST_TAGS) {
    Random random(2);
    std::int64_t compared = 0;
    std::int64_t compared_nibbles = 0;
    for (const ConvolutionExtents& e : extents_with_long_sums(random)) {
        compared += check<Set, PairTableProduct<2>>(e, {{0, 1}, {-1, 1}}, random) ? 1 : 0;
        compared += check<Set, PairTableProduct<4>>(e, {{0, 3}, {-1, 1}}, random) ? 1 : 0;
        compared += check<Set, PairTableProduct<8>>(e, {{0, 7}, {-1, 1}}, random) ? 1 : 0;
        compared_nibbles += check<Set, NibbleTableProduct>(e, {{0, 1}, {-1, 1}, true}, random) ? 1 : 0;
    }
    CHECK(compared > 150);
    CHECK(compared_nibbles > 40);
}

TEST_CASE_TEMPLATE("few states: Winograd's tiles are exact", Set, KERNELS_TEST_TAGS) {
    Random random(3);
    std::int64_t compared = 0;
    for (const std::int32_t size : {1, 2, 3, 4, 7, 10}) {
        for (const std::int32_t outputs : {1, 16, 37, 70}) {
            for (const std::int32_t padding : {0, 1, 2}) {
                const std::int32_t width = between(random, 1, 9);
                ConvolutionExtents e{.in = {size, width, 4 * between(random, 1, 18)},
                                     .out = {size + 2 * padding - 2, width + 2 * padding - 2, outputs},
                                     .kernel_height = 3,
                                     .kernel_width = 3,
                                     .padding_height = padding,
                                     .padding_width = padding,
                                     .padding_code = between(random, 0, 63)};
                if (e.out.height < 1 || e.out.width < 1) continue;
                if (between(random, 0, 2) == 0) e.padding_codes = {.code = {{1, 5, 9, 2}}, .count = 4};
                // The largest codes and weights whose transforms fit: 4 * 63 and 128 + 2 * 63, 9 * 14; 4 * 8191.
                compared += check<Set, WinogradByteProduct>(e, {{0, 63}, {-7, 7}}, random) ? 1 : 0;
                compared += check<Set, WinogradByteProduct>(e, {{0, 1}, {-14, 14}}, random) ? 1 : 0;
                compared += check<Set, WinogradWordProduct>(e, {{0, 1020}, {-127, 127}}, random) ? 1 : 0;
                compared += check<Set, WinogradWordProduct>(e, {{-8191, 8191}, {-128, 127}}, random) ? 1 : 0;
            }
        }
    }
    CHECK((compared > 100) == (int32_lanes(Set{}) > 1));
}

TEST_CASE("few states: when Winograd's tiles are exact") {
    ConvolutionExtents e{.in = {8, 8, 512}, .out = {8, 8, 64}, .kernel_height = 3, .kernel_width = 3};
    const auto legal = [&](std::int64_t highest, std::int64_t weight) {
        return is_legal<WinogradByteProduct, simd::Avx2>(
            {.extents = e, .storage = Storage::uint8, .codes = {0, highest}, .weight_codes = {-weight, weight}});
    };
    CHECK(legal(63, 7));
    CHECK(!legal(64, 7));
    CHECK(!legal(63, 8));  // two products of 254 and 72
    CHECK(!legal(1, 15));  // 9 * 15
    const auto legal_words = [&](std::int64_t highest) {
        return is_legal<WinogradWordProduct, simd::Avx2>(
            {.extents = e, .storage = Storage::int16, .codes = {0, highest}, .weight_codes = {-127, 127}});
    };
    CHECK(legal_words(917));  // 4 * 917 * 127 * 4608 < 2^31
    CHECK(!legal_words(918));
    e.stride_height = 2;
    CHECK(!legal_words(1));
}

TEST_CASE("few states: how many chunks fit short sums") {
    static_assert(short_sum_chunks(15, 7) == 156);
    static_assert(short_sum_chunks(255, 1) == 64);
    static_assert(short_sum_chunks(255, 32) == 2 && short_sum_chunks(255, 33) == 1);
    static_assert(PairTableProduct<8>::short_chunks == 9 && PairTableProduct<2>::short_chunks == 63);
    static_assert(NibbleTableProduct::short_chunks == 31);
}

}  // namespace few_state_products_test
