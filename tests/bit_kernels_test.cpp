// The product of bits against a naive product, bit for bit on every instruction set of this build, and networks whose
// products run on it.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "intaglio/kernels/product_kernels.hpp"
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

    for (const std::int32_t block : {e.out.height, std::int32_t{1}, between(random, 1, e.out.height)}) {
        std::int64_t wrong = 0;
        for (std::int32_t row = 0; row < e.out.height; row += block) {
            const std::int32_t rows = row + block < e.out.height ? block : e.out.height - row;
            const std::int64_t size = std::int64_t{rows} * e.out.width * e.out.channels;
            Guarded<std::int32_t> accumulators(size);
            Guarded<std::byte> workspace(P::template workspace_bytes<Set, typename P::Code>(e, block));
            P::template multiply_rows<Set, Grouping::mixed>(e, image.get(), row, rows, packed.get(), accumulators.get(),
                                                            workspace.get());
            CHECK(accumulators.intact());
            CHECK(workspace.intact());
            for (std::int64_t i = 0; i < size; ++i) {
                const std::int64_t at = std::int64_t{row} * e.out.width * e.out.channels + i;
                wrong += accumulators[i] != expected[static_cast<std::size_t>(at)] ? 1 : 0;
            }
        }
        CHECK(wrong == 0);
    }
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
