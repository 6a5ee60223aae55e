// Products of weights of 1, 2 and 4 bits against a naive product, bit for bit on every instruction set of this build:
// all states of weights, both kinds of bytes, sizes around every chunk and vector, both ends of all ranges.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/simd/simd.hpp"
#include "support/kernel_tools.hpp"
#include "support/product_checks.hpp"

namespace packed_weights_test {

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using namespace tools;

/// How codes and weights are drawn; the last kinds reach both ends of the accumulators.
enum class Draw { random, high, low, opposite };
constexpr Draw draws[] = {Draw::random, Draw::high, Draw::low, Draw::opposite};

ConvolutionExtents dense(std::int32_t in, std::int32_t out) {
    return {.in = {1, 1, in}, .out = {1, 1, out}};
}

/// A code of a range; at its ends, `last` says at which one.
std::int32_t drawn(Random& random, Draw draw, bool last, CodeRange range) {
    const auto lowest = static_cast<std::int32_t>(range.lowest);
    const auto highest = static_cast<std::int32_t>(range.highest);
    return draw == Draw::random ? between(random, lowest, highest) : last ? highest : lowest;
}

/// Weights of the last channels keep their lowest code, so that a sum of the wrong channel is noticed.
template <class Set, int Bits, class Code>
void check(const ConvolutionExtents& e, Random& random, Draw draw, CodeRange weight_codes) {
    using P = PackedProduct<Bits>;
    INFO(simd::name(Set{}), ", ", P::name, ", codes with signs: ", std::is_signed_v<Code>, ", draw ",
         static_cast<int>(draw), ", weights ", weight_codes.lowest, " to ", weight_codes.highest, ", ", describe(e));
    CHECK(is_legal<P, Set>({.extents = e,
                            .storage = std::is_signed_v<Code> ? Storage::int8 : Storage::uint8,
                            .codes = {std::numeric_limits<Code>::min(), std::numeric_limits<Code>::max()},
                            .weight_codes = weight_codes,
                            .sign_weights = Bits == 1}));
    Guarded<Code> image(e.in.size());
    Guarded<std::int8_t> weights(e.weights());
    const CodeRange codes{std::numeric_limits<Code>::min(), std::numeric_limits<Code>::max()};
    for (std::int64_t i = 0; i < e.in.size(); ++i) {
        image[i] = static_cast<Code>(drawn(random, draw, draw != Draw::low, codes));
    }
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        std::int32_t weight = drawn(random, draw, draw == Draw::high, weight_codes);
        if (Bits == 1 && draw == Draw::random) weight = weight < 0 ? -1 : 1;
        weights[i] = static_cast<std::int8_t>(weight);
    }
    const std::vector<std::int64_t> expected = naive_sums(e, image, weights);

    Guarded<std::byte> packed(P::template weight_bytes<Set>(e));
    pack_and_check<Set, P>(e, weights, packed);

    for (const std::int32_t block : {e.out.height, std::int32_t{1}}) {
        check_blocks<Set, P, Grouping::mixed>(e, image.get(), packed, expected, block);
    }
}

/// Both kinds of bytes by all states of weights.
template <class Set>
void check_all_states(const ConvolutionExtents& e, Random& random, Draw draw) {
    const auto both = [&]<int Bits>(simd::PackedBits<Bits>, CodeRange weights) {
        check<Set, Bits, std::uint8_t>(e, random, draw, weights);
        check<Set, Bits, std::int8_t>(e, random, draw, weights);
    };
    both(simd::PackedBits<1>{}, {-1, 1});
    both(simd::PackedBits<2>{}, {-1, 1});
    both(simd::PackedBits<2>{}, {-2, 1});
    both(simd::PackedBits<4>{}, {-7, 7});
    both(simd::PackedBits<4>{}, {-8, 7});
    both(simd::PackedBits<4>{}, {between(random, -6, -2), between(random, 2, 6)});
}

}  // namespace

TEST_CASE_TEMPLATE("packed weights: dense layers of 1 to 70 inputs and outputs", Set, KERNELS_TEST_TAGS) {
    Random random(1);
    for (std::int32_t in = 1; in <= 70; ++in) {
        check_all_states<Set>(dense(in, between(random, 1, 70)), random, draws[in % 4]);
        check_all_states<Set>(dense(between(random, 1, 70), in), random, draws[in / 4 % 4]);
    }
}

TEST_CASE_TEMPLATE("packed weights: large dense layers, at the ends of all ranges", Set, KERNELS_TEST_TAGS) {
    Random random(2);
    for (const Draw draw : draws) {
        for (const ConvolutionExtents& e :
             {dense(1024, 130), dense(1023, 17), dense(4096, 16), dense(1056, 81), dense(6000, 3)}) {
            check_all_states<Set>(e, random, draw);
        }
        // The most inputs.
        check<Set, 2, std::uint8_t>(dense(65536, 2), random, draw, {-2, 1});
        check<Set, 4, std::int8_t>(dense(65536, 2), random, draw, {-8, 7});
        check<Set, 1, std::int8_t>(dense(65536, 2), random, draw, {-1, 1});
    }
}

TEST_CASE_TEMPLATE("packed weights: convolutions", Set, KERNELS_TEST_TAGS) {
    Random random(3);
    for (const ConvolutionExtents& e : swept_extents(random, 60)) {
        if (e.groups == 1) check_all_states<Set>(e, random, draws[between(random, 0, 3)]);
    }
}

TEST_CASE("packed weights: what they are legal and chosen for") {
    using simd::Native;
    const ProductFacts ternary{
        .extents = dense(1024, 1024), .storage = Storage::uint8, .codes = {0, 255}, .weight_codes = {-1, 1}};
    CHECK(is_legal<PackedProduct<2>, Native>(ternary));
    CHECK(is_legal<PackedProduct<4>, Native>(ternary));
    CHECK(!is_legal<PackedProduct<1>, Native>(ternary));
    const auto with = [&](auto change) {
        ProductFacts facts = ternary;
        change(facts);
        return facts;
    };
    CHECK(!is_legal<PackedProduct<2>, Native>(with([](auto& f) { f.weight_codes = {-2, 2}; })));
    CHECK(!is_legal<PackedProduct<2>, Native>(with([](auto& f) { f.weight_codes = {-3, 1}; })));
    CHECK(is_legal<PackedProduct<4>, Native>(with([](auto& f) { f.weight_codes = {-8, 7}; })));
    CHECK(!is_legal<PackedProduct<4>, Native>(with([](auto& f) { f.weight_codes = {-8, 8}; })));
    CHECK(!is_legal<PackedProduct<2>, Native>(with([](auto& f) { f.storage = Storage::int16; })));
    CHECK(!is_legal<PackedProduct<2>, Native>(with([](auto& f) { f.extents = dense(65537, 1); })));
    CHECK(!is_legal<PackedProduct<2>, Native>(with([](auto& f) { f.extents.groups = 2; })));
    // Where a network may run on several kernels: the cheapest, for many pixels bytes.
    const auto chosen = [](const ProductFacts& facts) { return integer::choose_product<Native>(facts); };
    const auto place = [](auto kernel) {
        return std::size_t{boost::mp11::mp_find<ProductKernels::list, decltype(kernel)>::value};
    };
    CHECK(chosen(ternary) == place(PackedProduct<2>{}));
    CHECK(chosen(with([](auto& f) { f.weight_codes = {-7, 7}; })) == place(PackedProduct<4>{}));
    CHECK(chosen(with([](auto& f) { f.sign_weights = true; })) == place(PackedProduct<1>{}));
    CHECK(chosen(with([](auto& f) { f.extents.in.height = f.extents.out.height = 16; })) != place(PackedProduct<2>{}));
    // Plain code is slower than memory.
    CHECK(integer::choose_product<simd::Portable>(ternary) == place(kernels::AdditionProduct<2>{}));
    // A quarter of the bytes, and the sum of each output channel.
    CHECK(PackedProduct<2>::weight_bytes<Native>(ternary.extents) == 1024 * 1024 / 4 + 4 * 1024);
    CHECK(PackedProduct<4>::weight_bytes<Native>(ternary.extents) == 1024 * 1024 / 2 + 4 * 1024);
    CHECK(PackedProduct<1>::weight_bytes<Native>(ternary.extents) == 1024 * 1024 / 8 + 4 * 1024);
}

}  // namespace packed_weights_test
