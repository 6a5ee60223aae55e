// What the tests of product kernels share: the naive sums, the packing of weights and its inverse, the sums of a
// kernel.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "intaglio/kernels/convolution_plan.hpp"
#include "support/kernel_tools.hpp"

namespace tools {

/// The sums of a convolution [out.height][out.width][out.channels], product by product.
template <class Code>
std::vector<std::int64_t> naive_sums(const ConvolutionExtents& e, const Guarded<Code>& image,
                                     const Guarded<std::int8_t>& weights) {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(e.out.size()));
    for_each_product(e, [&](std::int32_t in, std::int32_t weight, std::int32_t out) {
        const std::int64_t code = in < 0 ? e.padding_code_of(-1 - in) : image[in];
        sums[static_cast<std::size_t>(out)] += code * weights[weight];
    });
    return sums;
}

/// Packs weights into `packed`, of weight_bytes, and checks that nothing is written beyond, that all bytes are, and
/// that unpacking gives the weights back.
template <class Set, class Kernel>
void pack_and_check(const ConvolutionExtents& e, const Guarded<std::int8_t>& weights, Guarded<std::byte>& packed) {
    CHECK(packed.size() % 64 == 0);
    Kernel::template pack_weights<Set>(e, weights.get(), packed.get());
    CHECK(packed.intact());
    Guarded<std::int8_t> unpacked(e.weights());
    Kernel::template unpack_weights<Set>(e, packed.get(), unpacked.get());
    CHECK(unpacked.intact());
    CHECK(std::memcmp(unpacked.get(), weights.get(), weights.size()) == 0);
    // Whatever lay there.
    Guarded<std::byte> again(packed.size());
    std::memset(again.get(), 0x3c, again.size());
    Kernel::template pack_weights<Set>(e, weights.get(), again.get());
    CHECK(std::memcmp(packed.get(), again.get(), packed.size()) == 0);
}

/// Multiplies an image by packed weights in blocks of `block` output rows and compares all sums with `expected`.
template <class Set, class Kernel, intaglio::kernels::Grouping Kind, class Code>
void check_blocks(const ConvolutionExtents& e, const Code* image, const Guarded<std::byte>& packed,
                  const std::vector<std::int64_t>& expected, std::int32_t block) {
    const std::int64_t row_sums = std::int64_t{e.out.width} * e.out.channels;
    std::int64_t wrong = 0;
    for (std::int32_t row = 0; row < e.out.height; row += block) {
        const std::int32_t rows = row + block < e.out.height ? block : e.out.height - row;
        Guarded<std::int32_t> sums(rows * row_sums);
        Guarded<std::byte> workspace(Kernel::template workspace_bytes<Set, Code>(e, block));
        Kernel::template multiply_rows<Set, Kind>(e, image, row, rows, packed.get(), sums.get(), workspace.get());
        CHECK(sums.intact());
        CHECK(workspace.intact());
        for (std::int64_t i = 0; i < rows * row_sums; ++i) {
            wrong += sums[i] != expected[static_cast<std::size_t>(row * row_sums + i)] ? 1 : 0;
        }
    }
    CHECK(wrong == 0);
}

}  // namespace tools
