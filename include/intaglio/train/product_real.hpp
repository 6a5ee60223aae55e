// Forward products of real numbers, for networks that are trained only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/kernels/float_product.hpp"
#include "intaglio/train/context.hpp"

namespace intaglio::train {

/// Images of a group that are multiplied together.
inline constexpr std::int32_t real_block_pixels = 64;

/// Bytes of workspace of real_product for one worker.
template <class Tag, class Code>
std::size_t real_product_bytes(const ConvolutionExtents& e) {
    using Arithmetic = kernels::RealArithmetic<Tag, float>;
    const std::int64_t copied = kernels::copied_codes<Arithmetic, Code>(e, e.out.height);
    return static_cast<std::size_t>(aligned(copied * kernels::images_per_block(e.out, real_block_pixels) * 4));
}

/// out = correlation of codes or real numbers with real weights, in float. The terms of one output are added in one
/// order whatever the thread count.
template <class Tag, kernels::Grouping Grouping, class Code>
void real_product(const ConvolutionExtents& e, const Code* in, const std::byte* packed, float* out,
                  const Context& context) {
    using Arithmetic = kernels::RealArithmetic<Tag, float>;
    const std::int64_t block = kernels::images_per_block(e.out, real_block_pixels);
    context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t, int worker) {
        for (std::int64_t first = begin; first < begin + count; first += block) {
            const std::int64_t left = begin + count - first;
            kernels::convolve_block<Arithmetic, Grouping>(
                e, in + first * e.in.size(), static_cast<std::int32_t>(left < block ? left : block), 0, e.out.height,
                reinterpret_cast<const float*>(packed), out + first * e.out.size(),
                reinterpret_cast<float*>(context.worker_memory(worker)));
        }
    });
}

}  // namespace intaglio::train
