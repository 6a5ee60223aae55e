// The product of bits against a naive product, bit for bit on every instruction set of this build, and networks whose
// products run on it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/simd/detect.hpp"
#include "intaglio/simd/simd.hpp"
#include "support/kernel_tools.hpp"

namespace bit_kernels_test {

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using namespace tools;

/// How codes and weights are drawn; the last kinds reach both ends of the accumulators.
enum class Draw { random, equal, opposite };

/// Bits for codes, 1 for positive ones.
template <class Code>
void pack_image(Shape shape, const Code* codes, BitWord* words) {
    const std::int32_t pixel_words = words_of(shape.channels);
    for (std::int64_t i = 0; i < shape.pixels() * pixel_words; ++i) words[i] = 0;
    for (std::int64_t i = 0; i < shape.size(); ++i) {
        if (codes[i] <= 0) continue;
        const auto c = static_cast<std::int32_t>(i % shape.channels);
        words[i / shape.channels * pixel_words + c / bits_per_word] |= BitWord{1} << (c % bits_per_word);
    }
}

/// A step of one position and the same step to bits; values on the threshold and next to it.
template <class Set, class In>
void check_threshold_bits(Random& random, std::int64_t pixels, std::int32_t channels) {
    INFO(simd::name(Set{}), ", ", pixels, " pixels, ", channels, " channels, values of ", sizeof(In), " bytes");
    constexpr std::int32_t never = std::numeric_limits<std::int32_t>::max();
    constexpr std::int32_t always = std::numeric_limits<std::int32_t>::min();
    Guarded<In> values(pixels * channels);
    Guarded<std::int32_t> thresholds(std::int64_t{channels});
    Guarded<std::int32_t> flip(std::int64_t{channels});
    const std::int64_t pixel_words = words_of(channels);
    Guarded<BitWord> words(pixels * pixel_words);
    for (std::int32_t c = 0; c < channels; ++c) {
        const std::int32_t kind = between(random, 0, 9);
        thresholds[c] = kind == 0 ? always : kind == 1 ? never : between(random, -100, 100);
        flip[c] = -between(random, 0, 1);
    }
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        const std::int32_t threshold = thresholds[i % channels];
        const bool next = threshold != always && threshold != never && between(random, 0, 1) == 0;
        values[i] = static_cast<In>(next ? (threshold - between(random, 0, 1)) ^ flip[i % channels]
                                         : between(random, -200, 200));
    }
    threshold_bits<Set>(values.get(), pixels, channels, thresholds.get(), flip.get(), words.get());
    CHECK(words.intact());
    std::vector<std::int32_t> codes(static_cast<std::size_t>(pixels * channels));
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        codes[static_cast<std::size_t>(i)] = (values[i] ^ flip[i % channels]) >= thresholds[i % channels] ? 1 : 0;
    }
    std::vector<BitWord> expected(words.size());
    pack_image({1, static_cast<std::int32_t>(pixels), channels}, codes.data(), expected.data());
    CHECK(std::memcmp(words.get(), expected.data(), words.size() * sizeof(BitWord)) == 0);
    // A few channels at a time, whose values lie by themselves.
    Guarded<BitWord> by_parts(pixels * pixel_words);
    for (std::int32_t first = 0; first < channels;) {
        const std::int32_t count = between(random, 1, std::min(channels - first, 40));
        const std::int32_t pitch = count + between(random, 0, 3);
        Guarded<In> some(pixels * pitch);
        for (std::int64_t p = 0; p < pixels; ++p) {
            for (std::int32_t c = 0; c < count; ++c) some[p * pitch + c] = values[p * channels + first + c];
        }
        threshold_bits<Set>(some.get(), pixels, {channels, first, count, pitch}, thresholds.get(), flip.get(),
                            by_parts.get());
        first += count;
    }
    CHECK(by_parts.intact());
    CHECK(std::memcmp(by_parts.get(), expected.data(), words.size() * sizeof(BitWord)) == 0);
}

/// The largest signs under windows, in words and one by one.
template <class Set>
void check_max_pool_of_bits(Random& random, ConvolutionExtents e) {
    INFO(simd::name(Set{}), ", ", describe(e));
    e.out.channels = e.in.channels;
    Guarded<std::int16_t> in(e.in.size());
    Guarded<std::int16_t> out(e.out.size());
    for (std::int64_t i = 0; i < e.in.size(); ++i) in[i] = between(random, 0, 3) == 0 ? 1 : -1;
    max_pool<Set>(e, in.get(), out.get());
    Guarded<BitWord> in_words(e.in.pixels() * words_of(e.in.channels));
    Guarded<BitWord> out_words(e.out.pixels() * words_of(e.in.channels));
    std::vector<BitWord> expected(out_words.size());
    pack_image(e.in, in.get(), in_words.get());
    pack_image(e.out, out.get(), expected.data());
    ConvolutionExtents words = e;
    words.in.channels = words_of(e.in.channels);
    max_pool<Set>(words, in_words.get(), out_words.get());
    CHECK(out_words.intact());
    CHECK(std::memcmp(out_words.get(), expected.data(), out_words.size() * sizeof(BitWord)) == 0);
}

template <class Set, class P>
void check_bits(const ConvolutionExtents& e, Random& random, Draw draw) {
    INFO(simd::name(Set{}), ", product of ", P::name, ", draw ", static_cast<int>(draw), ", ", describe(e));
    using Code = typename P::Code;
    constexpr std::int32_t lower = std::is_same_v<P, SignBitProduct> ? -1 : 0;
    Guarded<Code> image(e.in.size());
    Guarded<std::int8_t> weights(e.weights());
    for (std::int64_t i = 0; i < e.in.size(); ++i) {
        image[i] = static_cast<Code>(draw != Draw::random || between(random, 0, 1) == 1 ? 1 : lower);
    }
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        const bool positive = draw == Draw::random ? between(random, 0, 1) == 1 : draw == Draw::equal;
        weights[i] = static_cast<std::int8_t>(positive ? 1 : -1);
    }
    std::vector<std::int64_t> expected(static_cast<std::size_t>(e.out.size()));
    for_each_product(e, [&](std::int32_t in, std::int32_t weight, std::int32_t out) {
        const std::int64_t code = in < 0 ? e.padding_code : image[in];
        expected[static_cast<std::size_t>(out)] += code * weights[weight];
    });

    Guarded<std::byte> packed(P::template weight_bytes<Set>(e));
    CHECK(packed.size() % 64 == 0);
    P::template pack_weights<Set>(e, weights.get(), packed.get());
    CHECK(packed.intact());
    Guarded<std::int8_t> unpacked(e.weights());
    P::template unpack_weights<Set>(e, packed.get(), unpacked.get());
    CHECK(unpacked.intact());
    CHECK(std::memcmp(unpacked.get(), weights.get(), weights.size()) == 0);

    // The same image in words.
    Guarded<BitWord> words(e.in.pixels() * words_of(e.in.channels));
    pack_image(e.in, image.get(), words.get());
    Guarded<Code> unpacked_image(e.in.size());
    unpack_bits(words.get(), e.in, static_cast<Code>(lower), Code{1}, unpacked_image.get());
    CHECK(std::memcmp(unpacked_image.get(), image.get(), image.size() * sizeof(Code)) == 0);
    CHECK(unpacked_image.intact());

    const auto check = [&](const auto* in, std::int32_t block) {
        using In = std::remove_cvref_t<decltype(*in)>;
        std::int64_t wrong = 0;
        for (std::int32_t row = 0; row < e.out.height; row += block) {
            const std::int32_t rows = row + block < e.out.height ? block : e.out.height - row;
            const std::int64_t size = std::int64_t{rows} * e.out.width * e.out.channels;
            Guarded<std::int32_t> accumulators(size);
            Guarded<std::byte> workspace(P::template workspace_bytes<Set, In>(e, block));
            P::template multiply_rows<Set, Grouping::mixed>(e, in, row, rows, packed.get(), accumulators.get(),
                                                            workspace.get());
            CHECK(accumulators.intact());
            CHECK(workspace.intact());
            for (std::int64_t i = 0; i < size; ++i) {
                const std::int64_t at = std::int64_t{row} * e.out.width * e.out.channels + i;
                wrong += accumulators[i] != expected[static_cast<std::size_t>(at)] ? 1 : 0;
            }
        }
        CHECK(wrong == 0);
    };
    for (const std::int32_t block : {e.out.height, std::int32_t{1}, between(random, 1, e.out.height)}) {
        check(image.get(), block);
        CHECK((P::template workspace_bytes<Set, BitWord>(e, block) + memory_size(packed_image_bytes(e, block)) ==
               P::template workspace_bytes<Set, Code>(e, block)));
    }
    check(words.get(), between(random, 1, e.out.height));
}

/// All codes that the padding may hold.
template <class Set>
void check_paddings(ConvolutionExtents e, Random& random, Draw draw) {
    e.padding_codes = {};  // a colour pads pixels, which have more codes than two
    for (const std::int32_t code : {0, 1}) {
        e.padding_code = code;
        check_bits<Set, UnsignedBitProduct>(e, random, draw);
    }
    for (const std::int32_t code : {-1, 0, 1}) {
        e.padding_code = code;
        check_bits<Set, SignBitProduct>(e, random, draw);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("steps to bits, of every number of channels", Set, KERNELS_TEST_TAGS) {
    Random random(13);
    for (std::int32_t channels = 1; channels <= 100; ++channels) {
        const std::int64_t pixels = between(random, 1, 11);
        check_threshold_bits<Set, std::int32_t>(random, pixels, channels);
        check_threshold_bits<Set, std::int16_t>(random, pixels, channels);
    }
}

TEST_CASE_TEMPLATE("the largest of signs, in words", Set, KERNELS_TEST_TAGS) {
    Random random(14);
    for (const std::int32_t channels : {1, 17, 31, 32, 33, 40, 64, 100}) {
        for (const std::int32_t window : {1, 2, 3}) {
            for (const std::int32_t stride : {1, 2}) {
                check_max_pool_of_bits<Set>(random, complete({.in = {7, 6, channels},
                                                              .kernel_height = window,
                                                              .kernel_width = window,
                                                              .stride_height = stride,
                                                              .stride_width = stride,
                                                              .padding_height = window / 2,
                                                              .padding_width = window / 2}));
            }
        }
    }
}

TEST_CASE_TEMPLATE("products of bits are exact: every number of channels", Set, KERNELS_TEST_TAGS) {
    Random random(11);
    for (std::int32_t channels = 1; channels <= 130; ++channels) {
        for (const std::int32_t kernel : {1, 3, 5}) {
            const ConvolutionExtents e = complete({.in = {kernel + 1, kernel + 2, channels},
                                                   .out = {1, 1, between(random, 1, 40)},
                                                   .kernel_height = kernel,
                                                   .kernel_width = kernel,
                                                   .padding_height = kernel / 2,
                                                   .padding_width = kernel / 2});
            check_paddings<Set>(e, random, static_cast<Draw>(between(random, 0, 2)));
        }
        const ConvolutionExtents dense{.in = {1, 1, channels}, .out = {1, 1, between(random, 1, 40)}};
        check_bits<Set, UnsignedBitProduct>(dense, random, Draw::random);
        check_bits<Set, SignBitProduct>(dense, random, Draw::random);
    }
}

TEST_CASE_TEMPLATE("products of bits are exact: strides, dilations, all extents without groups", Set,
                   KERNELS_TEST_TAGS) {
    Random random(12);
    int checked = 0;
    for (const ConvolutionExtents& e : swept_extents(random, 300)) {
        if (e.groups != 1) continue;
        ++checked;
        check_paddings<Set>(e, random, static_cast<Draw>(between(random, 0, 2)));
    }
    CHECK(checked > 150);
}

}  // namespace bit_kernels_test
