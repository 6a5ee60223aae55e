// What the tests of product kernels share: the naive sums, and the packing of weights and its inverse.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

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

}  // namespace tools
