// Convolutions whose lanes read codes of their own, depthwise ones and those of small groups, against a naive reference
// on every instruction set of this build, bit for bit.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/simd/simd.hpp"
#include "support/kernel_tools.hpp"
#include "support/product_checks.hpp"

namespace depthwise_kernels_test {

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using namespace tools;

/// Input and output channels of a group.
struct Group {
    std::int32_t inputs;
    std::int32_t outputs;
};

/// A convolution of `groups` groups, with random extents.
ConvolutionExtents random_groups(Random& random, std::int32_t groups, Group group) {
    static constexpr std::int32_t kernels[][2] = {{3, 3}, {5, 5}, {1, 9}, {9, 1}, {1, 3}, {2, 2}, {1, 1}, {3, 1}};
    for (;;) {
        ConvolutionExtents e{.in = {between(random, 1, 9), between(random, 1, 9), groups * group.inputs},
                             .out = {1, 1, groups * group.outputs}};
        const auto& kernel = kernels[between(random, 0, 7)];
        e.kernel_height = kernel[0];
        e.kernel_width = kernel[1];
        e.stride_height = between(random, 1, 3);
        e.stride_width = between(random, 1, 3);
        e.dilation = between(random, 1, 2);
        e.groups = groups;
        e.padding_height = between(random, 0, e.kernel_height);
        e.padding_width = between(random, 0, e.kernel_width);
        e.padding_code = between(random, 0, 1);
        const bool fits = e.in.height + 2 * e.padding_height > e.dilation * (e.kernel_height - 1) &&
                          e.in.width + 2 * e.padding_width > e.dilation * (e.kernel_width - 1);
        if (!fits) continue;
        e = complete(e);
        if (e.macs() <= 200'000) return e;
    }
}

/// Codes of `least` ... `most` and weights of -largest ... largest, at random or at their ends.
template <class Set, class P, class Code = typename P::Code>
void check(const ConvolutionExtents& e, Random& random, std::int32_t least, std::int32_t most, std::int32_t largest) {
    INFO(simd::name(Set{}), ", product of ", P::name, ", ", describe(e));
    const bool extreme = between(random, 0, 2) == 0;
    const bool negative = between(random, 0, 1) == 0;
    Guarded<Code> image(e.in.size());
    Guarded<std::int8_t> weights(e.weights());
    for (std::int64_t i = 0; i < e.in.size(); ++i) {
        image[i] = static_cast<Code>(!extreme                     ? between(random, least, most)
                                     : between(random, 0, 7) == 0 ? least
                                                                  : most);
    }
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        const std::int32_t end = negative ? -largest : largest;
        weights[i] = static_cast<std::int8_t>(extreme ? end : between(random, -largest, largest));
    }
    const std::vector<std::int64_t> expected = naive_sums(e, image, weights);
    Guarded<std::byte> packed(P::template weight_bytes<Set>(e));
    pack_and_check<Set, P>(e, weights, packed);
    check_blocks<Set, P, Grouping::any>(e, image.get(), packed, expected, between(random, 1, e.out.height));
}

template <class Set>
void check_products(const ConvolutionExtents& e, Random& random) {
    check<Set, ByteProduct>(e, random, 0, 255, 127);
    check<Set, SmallByteProduct>(e, random, 0, 129, 127);
    check<Set, SmallSignedByteProduct<128>>(e, random, -128, 127, 64);
    check<Set, WordProduct>(e, random, -2048, 2047, 127);
    if constexpr (has_byte_dot_product(Set{})) check<Set, SignedByteProduct>(e, random, -128, 127, 127);
}

}  // namespace

TEST_CASE_TEMPLATE("kernels: depthwise convolutions of 1 to 70 channels, and several outputs of each", Set,
                   KERNELS_TEST_TAGS) {
    Random random(21);
    for (std::int32_t channels = 1; channels <= 70; ++channels) {
        check_products<Set>(random_groups(random, channels, {1, 1}), random);
        check_products<Set>(random_groups(random, channels % 35 + 2, {1, between(random, 2, 5)}), random);
    }
}

TEST_CASE_TEMPLATE("kernels: convolutions of small groups", Set, KERNELS_TEST_TAGS) {
    Random random(22);
    for (std::int32_t inputs = 1; inputs <= 9; ++inputs) {
        for (std::int32_t outputs = 1; outputs <= 9; ++outputs) {
            check_products<Set>(random_groups(random, between(random, 2, 8), {inputs, outputs}), random);
        }
    }
}

}  // namespace depthwise_kernels_test
