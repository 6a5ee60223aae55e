// Kernels of codes in planes against naive ones, bit for bit on every instruction set of this build: products of all
// numbers of planes, steps to planes, pools and concatenation of planes.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/kernels/pool.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/simd/detect.hpp"
#include "intaglio/simd/simd.hpp"
#include "support/kernel_tools.hpp"
#include "support/product_checks.hpp"

namespace plane_kernels_test {

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using namespace tools;

/// How codes and weights are drawn; the last kinds reach both ends of the accumulators.
enum class Draw { random, equal, opposite };

/// The words of an image: planes of (code - lowest) / spacing, one bit after another.
template <class Code>
void pack_image(Shape shape, const Code* codes, const PlaneForm& form, BitWord* words) {
    const std::int32_t pixel_words = words_of(shape.channels);
    for (std::int64_t i = 0; i < shape.pixels() * pixel_words * form.planes; ++i) words[i] = 0;
    for (std::int64_t i = 0; i < shape.size(); ++i) {
        const auto c = static_cast<std::int32_t>(i % shape.channels);
        const std::int32_t state = (codes[i] - form.lowest) / form.spacing;
        for (std::int32_t plane = 0; plane < form.planes; ++plane) {
            words[(i / shape.channels * pixel_words + c / bits_per_word) * form.planes + plane] |=
                static_cast<BitWord>(state >> plane & 1) << (c % bits_per_word);
        }
    }
}
std::int64_t image_words(Shape shape, const PlaneForm& form) {
    return shape.pixels() * words_of(shape.channels) * form.planes;
}

/// Codes of states 0 ... states - 1.
template <class Code>
void draw_codes(Random& random, std::int64_t count, const PlaneForm& form, std::int32_t states, Code* codes) {
    for (std::int64_t i = 0; i < count; ++i) {
        codes[i] = static_cast<Code>(form.lowest + form.spacing * between(random, 0, states - 1));
    }
}

/// Forms with so many planes and numbers of states that need them.
struct Case {
    PlaneForm form;
    std::int32_t states;
};
std::vector<Case> cases_of(int planes, int spacing) {
    const std::int32_t fewest = (1 << (planes - 1)) + 1;
    const std::int32_t most = 1 << planes;
    if (spacing == 2) return {{{1 - most, 2, planes}, most}, {{-(fewest - 1), 2, planes}, fewest}};
    return {{{0, 1, planes}, most},
            {{0, 1, planes}, fewest},
            {{-(fewest / 2), 1, planes}, fewest},
            {{-most, 1, planes}, most}};
}
template <class Body>
void for_each_case(const Body& body) {
    for (int planes = 1; planes <= 4; ++planes) {
        for (int spacing = 1; spacing <= 2; ++spacing) {
            for (const Case& c : cases_of(planes, spacing)) body(c.form, c.states);
        }
    }
}
/// Calls body(Index<planes>).
template <class Body>
void with_planes(std::int32_t planes, const Body& body) {
    planes == 1 ? body(Index<1>{}) : planes == 2 ? body(Index<2>{}) : planes == 3 ? body(Index<3>{}) : body(Index<4>{});
}

/// A step to planes; values on thresholds and next to them.
template <class Set, class In>
void check_threshold_planes(Random& random, std::int64_t pixels, std::int32_t channels, std::int32_t levels,
                            std::int32_t spacing) {
    INFO(simd::name(Set{}), ", ", pixels, " pixels, ", channels, " channels, ", levels, " levels, spacing ", spacing,
         ", values of ", sizeof(In), " bytes");
    constexpr std::int32_t never = std::numeric_limits<std::int32_t>::max();
    constexpr std::int32_t always = std::numeric_limits<std::int32_t>::min();
    const PlaneForm form = plane_form(CodeRange{0, levels}, spacing);
    REQUIRE(form.planes > 0);
    Guarded<In> values(pixels * channels);
    Guarded<std::int32_t> thresholds(std::int64_t{levels} * channels);
    Guarded<std::int32_t> flip(std::int64_t{channels});
    for (std::int32_t c = 0; c < channels; ++c) {
        flip[c] = -between(random, 0, 1);
        std::int32_t last = between(random, 0, 5) == 0 ? always : between(random, -100, 0);
        for (std::int32_t level = 0; level < levels; ++level) {
            if (level % spacing == 0 && level > 0) {
                last = last == never || between(random, 0, 15) == 0 ? never
                       : last == always                             ? between(random, -100, 0)
                                                                    : last + between(random, 0, 20);
            }
            thresholds[std::int64_t{level} * channels + c] = last;
        }
    }
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        const std::int64_t c = i % channels;
        const std::int32_t threshold = thresholds[std::int64_t{between(random, 0, levels - 1)} * channels + c];
        const bool next = threshold != always && threshold != never && between(random, 0, 1) == 0;
        values[i] = static_cast<In>(next ? (threshold - between(random, 0, 1)) ^ flip[c] : between(random, -200, 200));
    }
    std::vector<std::int32_t> codes(static_cast<std::size_t>(pixels * channels));
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        const std::int64_t c = i % channels;
        for (std::int32_t level = 0; level < levels; ++level) {
            const bool reached = (values[i] ^ flip[c]) >= thresholds[std::int64_t{level} * channels + c];
            codes[static_cast<std::size_t>(i)] += reached ? 1 : 0;
        }
    }
    const Shape shape{1, static_cast<std::int32_t>(pixels), channels};
    Guarded<BitWord> words(image_words(shape, form));
    with_planes(form.planes, [&](auto planes) {
        if constexpr (planes == 1) {
            threshold_bits<Set>(values.get(), pixels, channels, thresholds.get() + (levels - 1) * channels, flip.get(),
                                words.get());
        } else {
            threshold_planes<Set, planes>(values.get(), pixels, channels, levels, thresholds.get(), flip.get(),
                                          spacing - 1, words.get());
        }
    });
    CHECK(words.intact());
    std::vector<BitWord> expected(words.size());
    pack_image(shape, codes.data(), form, expected.data());
    CHECK(std::memcmp(words.get(), expected.data(), words.size() * sizeof(BitWord)) == 0);

    // The same some channels at a time, as products hand on their panels.
    const std::int32_t panel = between(random, 1, 40);
    Guarded<BitWord> by_panel(image_words(shape, form));
    for (std::int32_t first = 0; first < channels; first += panel) {
        const std::int32_t count = std::min(panel, channels - first);
        const std::int32_t pitch = panel + 3;
        std::vector<In> some(static_cast<std::size_t>(pixels * pitch));
        for (std::int64_t i = 0; i < pixels * count; ++i) {
            some[static_cast<std::size_t>(i / count * pitch + i % count)] =
                values[i / count * channels + first + i % count];
        }
        const StepChannels of{channels, first, count, pitch};
        with_planes(form.planes, [&](auto planes) {
            if constexpr (planes == 1) {
                threshold_bits<Set>(some.data(), pixels, of, thresholds.get() + (levels - 1) * channels, flip.get(),
                                    by_panel.get());
            } else {
                threshold_planes<Set, planes>(some.data(), pixels, of, levels, thresholds.get(), flip.get(),
                                              spacing - 1, by_panel.get());
            }
        });
    }
    CHECK(by_panel.intact());
    CHECK(std::memcmp(by_panel.get(), expected.data(), by_panel.size() * sizeof(BitWord)) == 0);
}

/// Extents of a pool, whose images in words are those of codes.
template <class Set>
void check_pools(Random& random, ConvolutionExtents e) {
    e.out.channels = e.in.channels;
    for_each_case([&](const PlaneForm& form, std::int32_t states) {
        INFO(simd::name(Set{}), ", ", describe(e), ", lowest ", form.lowest, " spacing ", form.spacing, " states ",
             states);
        Guarded<std::int16_t> in(e.in.size());
        Guarded<std::int16_t> out(e.out.size());
        draw_codes(random, e.in.size(), form, states, in.get());
        Guarded<BitWord> in_words(image_words(e.in, form));
        pack_image(e.in, in.get(), form, in_words.get());
        {
            max_pool<Set>(e, in.get(), out.get());
            Guarded<BitWord> out_words(image_words(e.out, form));
            std::vector<BitWord> expected(out_words.size());
            pack_image(e.out, out.get(), form, expected.data());
            ConvolutionExtents words = e;
            words.in.channels = words_of(e.in.channels);
            with_planes(form.planes, [&](auto planes) {
                using Element = PlaneElement<planes>;
                max_pool<Set>(words, reinterpret_cast<const Element*>(in_words.get()),
                              reinterpret_cast<Element*>(out_words.get()));
            });
            CHECK(out_words.intact());
            CHECK(std::memcmp(out_words.get(), expected.data(), out_words.size() * sizeof(BitWord)) == 0);
        }
        const std::int32_t window = e.kernel_height * e.kernel_width;
        const CodeRange sums{form.lowest * window, (form.lowest + form.spacing * (states - 1)) * window};
        const PlaneForm sum_form = plane_form(sums, form.spacing);
        if (e.has_padding() || sum_form.planes == 0) return;
        sum_pool<Set>(e.in, e.kernel_height, e.kernel_width, e.stride_height, e.stride_width, in.get(), out.get());
        Guarded<BitWord> out_words(image_words(e.out, sum_form));
        std::vector<BitWord> expected(out_words.size());
        pack_image(e.out, out.get(), sum_form, expected.data());
        with_planes(form.planes, [&](auto planes) {
            with_planes(sum_form.planes, [&](auto sum_planes) {
                sum_pool_of_planes<Set, planes, sum_planes>(e.in, e.kernel_height, e.kernel_width, e.stride_height,
                                                            e.stride_width, in_words.get(), out_words.get());
            });
        });
        CHECK(out_words.intact());
        CHECK(std::memcmp(out_words.get(), expected.data(), out_words.size() * sizeof(BitWord)) == 0);
    });
}

template <class Set>
void check_concat(Random& random, std::int32_t a_channels, std::int32_t b_channels) {
    const std::int32_t pixels = between(random, 1, 4);
    for_each_case([&](const PlaneForm& form, std::int32_t states) {
        INFO(a_channels, " and ", b_channels, " channels, planes ", form.planes);
        const Shape a_shape{1, pixels, a_channels};
        const Shape b_shape{1, pixels, b_channels};
        const Shape shape{1, pixels, a_channels + b_channels};
        std::vector<std::int8_t> a(static_cast<std::size_t>(a_shape.size()));
        std::vector<std::int8_t> b(static_cast<std::size_t>(b_shape.size()));
        std::vector<std::int8_t> out(static_cast<std::size_t>(shape.size()));
        draw_codes(random, a_shape.size(), form, states, a.data());
        draw_codes(random, b_shape.size(), form, states, b.data());
        concat_channels<Set>(pixels, a_channels, a.data(), b_channels, b.data(), out.data());
        Guarded<BitWord> a_words(image_words(a_shape, form));
        Guarded<BitWord> b_words(image_words(b_shape, form));
        Guarded<BitWord> out_words(image_words(shape, form));
        pack_image(a_shape, a.data(), form, a_words.get());
        pack_image(b_shape, b.data(), form, b_words.get());
        with_planes(form.planes, [&](auto planes) {
            concat_planes<Set, planes>(pixels, a_channels, a_words.get(), b_channels, b_words.get(), out_words.get());
        });
        std::vector<BitWord> expected(out_words.size());
        pack_image(shape, out.data(), form, expected.data());
        CHECK(out_words.intact());
        CHECK(std::memcmp(out_words.get(), expected.data(), out_words.size() * sizeof(BitWord)) == 0);
    });
}

template <class P>
struct Numbers;
template <int Magnitudes, int Planes, int Spacing>
struct Numbers<PlaneProduct<Magnitudes, Planes, Spacing>> {
    static constexpr int magnitudes = Magnitudes;
    static constexpr int planes = Planes;
    static constexpr int spacing = Spacing;
};

template <class Set, class P, class Code>
void check_product(const ConvolutionExtents& e, const Case& drawn, Random& random, Draw draw) {
    using N = Numbers<P>;
    const PlaneForm& form = drawn.form;
    INFO(simd::name(Set{}), ", ", N::magnitudes, " planes of magnitudes, lowest ", form.lowest, " spacing ",
         form.spacing, " states ", drawn.states, ", draw ", static_cast<int>(draw), ", ", describe(e));
    constexpr std::int32_t largest = N::magnitudes == 0 ? 1 : (1 << N::magnitudes) - 1;
    const ProductFacts facts{.extents = e,
                             .storage = std::is_signed_v<Code> ? Storage::int8 : Storage::uint8,
                             .codes = {form.lowest, form.lowest + form.spacing * (drawn.states - 1)},
                             .code_spacing = form.spacing,
                             .weight_codes = {-largest, largest},
                             .sign_weights = N::magnitudes == 0};
    CHECK(P::template refusal<Set>(facts) == nullptr);
    Guarded<Code> image(e.in.size());
    Guarded<std::int8_t> weights(e.weights());
    draw_codes(random, e.in.size(), form, drawn.states, image.get());
    const auto top = static_cast<Code>(facts.codes.highest);
    for (std::int64_t i = 0; i < e.in.size() && draw != Draw::random; ++i) image[i] = top;
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        std::int32_t weight = draw == Draw::equal ? largest : draw == Draw::opposite ? -largest : 0;
        if (draw == Draw::random) weight = N::magnitudes == 0 ? 1 : between(random, 0, largest);
        if (draw == Draw::random && between(random, 0, 1) == 1) weight = -weight;
        weights[i] = static_cast<std::int8_t>(weight);
    }
    const std::vector<std::int64_t> expected = naive_sums(e, image, weights);

    Guarded<std::byte> packed(P::template weight_bytes<Set>(e));
    pack_and_check<Set, P>(e, weights, packed);

    // The same image in planes.
    using Element = PlaneElement<N::planes>;
    Guarded<Element> words(e.in.pixels() * words_of(e.in.channels));
    pack_image(e.in, image.get(), form, words_in(words.get()));
    Guarded<Code> unpacked_image(e.in.size());
    unpack_planes(words_in(words.get()), e.in, form, unpacked_image.get());
    CHECK(std::memcmp(unpacked_image.get(), image.get(), image.size() * sizeof(Code)) == 0);
    CHECK(unpacked_image.intact());

    const auto check = [&](const auto* in, std::int32_t block) {
        check_blocks<Set, P, Grouping::mixed>(e, in, packed, expected, block);
    };
    for (const std::int32_t block : {e.out.height, between(random, 1, e.out.height)}) {
        check(image.get(), block);
        CHECK((P::template workspace_bytes<Set, Element>(e, block) +
                   memory_size(packed_image_bytes<N::planes>(e, block)) ==
               P::template workspace_bytes<Set, Code>(e, block)));
    }
    check(words.get(), between(random, 1, e.out.height));
}

/// A product of each kind, with codes of some form and some padding code.
template <class Set, class P>
void check_kind(ConvolutionExtents e, Random& random) {
    using N = Numbers<P>;
    std::vector<Case> cases = cases_of(N::planes, N::spacing);
    // Signed codes whose neighbours are 1 apart: of ternary weights alone, for the sake of compile time.
    constexpr bool may_be_signed = N::spacing == 2 || N::magnitudes == 1;
    if (!may_be_signed) cases.resize(2);
    const Case& drawn = cases[static_cast<std::size_t>(between(random, 0, static_cast<int>(cases.size()) - 1))];
    e.padding_codes = {};  // a colour pads pixels, which have more codes
    e.lowest_code = drawn.form.lowest;
    const std::int32_t highest = drawn.form.lowest + drawn.form.spacing * (drawn.states - 1);
    e.padding_code = between(random, 0, 2) == 0 ? between(random, drawn.form.lowest, highest) : 0;
    const auto draw = static_cast<Draw>(between(random, 0, 5) % 3);
    if constexpr (may_be_signed) {
        if (drawn.form.lowest < 0) check_product<Set, P, std::int8_t>(e, drawn, random, draw);
    }
    if constexpr (N::spacing == 1) {
        if (drawn.form.lowest == 0) check_product<Set, P, std::uint8_t>(e, drawn, random, draw);
    }
}
/// Of those with several planes of magnitudes a few, for the sake of compile time.
using AllKinds = boost::mp11::mp_append<
    BinaryPlaneProducts, TernaryPlaneProducts,
    boost::mp11::mp_list<PlaneProduct<2, 1, 1>, PlaneProduct<2, 4, 1>, PlaneProduct<3, 3, 1>, PlaneProduct<3, 1, 2>>>;
template <class Set>
void check_kinds(const ConvolutionExtents& e, Random& random) {
    [&]<class... P>(boost::mp11::mp_list<P...>) { (check_kind<Set, P>(e, random), ...); }(AllKinds{});
}

}  // namespace

TEST_CASE("forms of codes in planes") {
    CHECK(plane_form(CodeRange{0, 1}, 1) == PlaneForm{0, 1, 1});
    CHECK(plane_form(CodeRange{-1, 1}, 2) == PlaneForm{-1, 2, 1});
    CHECK(plane_form(CodeRange{-1, 1}, 1) == PlaneForm{-1, 1, 2});
    CHECK(plane_form(CodeRange{0, 4}, 1) == PlaneForm{0, 1, 3});
    CHECK(plane_form(CodeRange{-4, 4}, 2) == PlaneForm{-4, 2, 3});
    CHECK(plane_form(CodeRange{0, 15}, 1) == PlaneForm{0, 1, 4});
    CHECK(plane_form(CodeRange{0, 16}, 1).planes == 0);
    CHECK(plane_form(CodeRange{-15, 15}, 2) == PlaneForm{-15, 2, 4});
    CHECK(plane_form(CodeRange{-16, 16}, 2).planes == 0);
    CHECK(plane_form(CodeRange{0, 3}, 3).planes == 0);
    CHECK(plane_form(CodeRange{2, 2}, 1).planes == 0);
}

TEST_CASE_TEMPLATE("steps to planes, of every number of channels", Set, KERNELS_TEST_TAGS) {
    Random random(13);
    for (std::int32_t channels = 1; channels <= 70; ++channels) {
        const std::int64_t pixels = between(random, 1, 11);
        for (const std::int32_t levels : {1, between(random, 2, 3), between(random, 4, 7), between(random, 8, 15)}) {
            check_threshold_planes<Set, std::int32_t>(random, pixels, channels, levels, 1);
            check_threshold_planes<Set, std::int16_t>(random, pixels, channels, levels, 1);
        }
        check_threshold_planes<Set, std::int32_t>(random, pixels, channels, 2, 2);
        check_threshold_planes<Set, std::int32_t>(random, pixels, channels, 2 * between(random, 2, 7), 2);
    }
}

TEST_CASE_TEMPLATE("pools of planes", Set, KERNELS_TEST_TAGS) {
    Random random(14);
    for (const std::int32_t channels : {1, 17, 32, 33, 64, 70}) {
        for (const std::int32_t window : {1, 2, 3}) {
            for (const std::int32_t stride : {1, 2}) {
                for (const std::int32_t padding : {0, window / 2}) {
                    check_pools<Set>(random, complete({.in = {7, 6, channels},
                                                       .kernel_height = window,
                                                       .kernel_width = window,
                                                       .stride_height = stride,
                                                       .stride_width = stride,
                                                       .padding_height = padding,
                                                       .padding_width = padding}));
                }
            }
        }
    }
}

TEST_CASE("planes side by side") {
    Random random(15);
    for (std::int32_t a = 1; a <= 70; ++a) check_concat<simd::Native>(random, a, between(random, 1, 70));
}

TEST_CASE_TEMPLATE("products of planes are exact: every number of channels", Set, KERNELS_TEST_TAGS) {
    Random random(11);
    for (std::int32_t channels = 1; channels <= 70; ++channels) {
        for (const std::int32_t kernel : {1, 3, 5}) {
            check_kinds<Set>(complete({.in = {kernel + 1, kernel + 2, channels},
                                       .out = {1, 1, between(random, 1, 40)},
                                       .kernel_height = kernel,
                                       .kernel_width = kernel,
                                       .padding_height = kernel / 2,
                                       .padding_width = kernel / 2}),
                             random);
        }
        check_kinds<Set>({.in = {1, 1, channels}, .out = {1, 1, between(random, 1, 40)}}, random);
    }
}

TEST_CASE_TEMPLATE("products of planes are exact: strides, dilations, all extents without groups", Set,
                   KERNELS_TEST_TAGS) {
    Random random(12);
    int checked = 0;
    for (const ConvolutionExtents& e : swept_extents(random, 300)) {
        if (e.groups != 1) continue;
        ++checked;
        check_kinds<Set>(e, random);
    }
    CHECK(checked > 150);
}

TEST_CASE("products of planes are refused where they are not exact or not made") {
    const ConvolutionExtents e{.in = {8, 8, 32}, .out = {8, 8, 32}};
    using P = PlaneProduct<1, 2, 1>;
    const ProductFacts legal{.extents = e, .storage = Storage::uint8, .codes = {0, 3}, .weight_codes = {-1, 1}};
    CHECK(P::refusal<simd::Portable>(legal) == nullptr);
    const auto refused = [&](auto change) {
        ProductFacts facts = legal;
        change(facts);
        return P::refusal<simd::Portable>(facts) != nullptr;
    };
    CHECK(refused([](ProductFacts& f) { f.codes.highest = 4; }));
    CHECK(refused([](ProductFacts& f) { f.codes.highest = 1; }));
    CHECK(refused([](ProductFacts& f) { f.codes.lowest = -1; }));  // and the extents say 0
    CHECK(refused([](ProductFacts& f) { f.code_spacing = 2; }));
    CHECK(refused([](ProductFacts& f) { f.weight_codes.lowest = -2; }));
    CHECK(refused([](ProductFacts& f) { f.sign_weights = true; }));
    CHECK(refused([](ProductFacts& f) { f.window_sums = true; }));
    CHECK(refused([](ProductFacts& f) { f.extents.groups = 2; }));
    CHECK(refused([](ProductFacts& f) { f.extents.padding_codes.count = 2; }));
    CHECK(refused([](ProductFacts& f) { f.storage = Storage::int16; }));
}

}  // namespace plane_kernels_test
