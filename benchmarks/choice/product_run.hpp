// A product kernel with an image and weights, ready to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>

#include "../buffer.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/integer/product.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::benchmarks {
inline namespace INTAGLIO_INSTRUCTION_SET {

using Set = simd::Native;

/// A random code of a range whose codes lie `spacing` apart.
[[nodiscard]] inline std::int64_t random_code(Random& random, CodeRange range, std::int32_t spacing) {
    const std::int64_t states = (range.highest - range.lowest) / spacing + 1;
    return range.lowest + spacing * static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(states)));
}

/// Runs a kernel over one image of elements of the type `Code`, block by block as the integer program does.
template <class Kernel, class Code>
[[nodiscard]] std::function<void()> run_of(const kernels::ProductFacts& facts) {
    const ConvolutionExtents& e = facts.extents;
    Random random(1);
    const Shape shape = integer::stored_shape<Code>(e.in);
    struct Run {
        ConvolutionExtents extents;
        Buffer<Code> image;
        Buffer<std::byte> packed;
        Buffer<std::byte> workspace;
        Buffer<std::int32_t> sums;
    };
    const std::int32_t block = integer::block_rows<Kernel>(e);
    const auto run = std::make_shared<Run>(
        Run{e, Buffer<Code>(shape.size()),
            Buffer<std::byte>(static_cast<std::int64_t>(Kernel::template weight_bytes<Set>(e))),
            Buffer<std::byte>(static_cast<std::int64_t>(Kernel::template workspace_bytes<Set, Code>(e, block))),
            Buffer<std::int32_t>(std::int64_t{block} * e.out.width * e.out.channels)});
    if constexpr (kernels::planes_of < Code >> 0) {
        kernels::BitWord* const words = kernels::words_in(run->image.get());
        for (std::int64_t i = 0; i < shape.size() * kernels::planes_of<Code>; ++i) words[i] = random.below(0xffffffffU);
    } else {
        for (std::int64_t i = 0; i < shape.size(); ++i) {
            run->image.get()[i] = static_cast<Code>(random_code(random, facts.codes, facts.code_spacing));
        }
    }
    const Buffer<std::int8_t> weights(e.weights());
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        weights.get()[i] =
            static_cast<std::int8_t>(random_code(random, facts.weight_codes, facts.sign_weights ? 2 : 1));
    }
    Kernel::template pack_weights<Set>(e, weights.get(), run->packed.get());
    return [run, block] {
        for (std::int32_t first = 0; first < run->extents.out.height; first += block) {
            const std::int32_t left = run->extents.out.height - first;
            Kernel::template multiply_rows<Set, kernels::Grouping::any>(run->extents, run->image.get(), first,
                                                                        left < block ? left : block, run->packed.get(),
                                                                        run->sums.get(), run->workspace.get());
        }
    };
}

}  // namespace INTAGLIO_INSTRUCTION_SET
}  // namespace intaglio::benchmarks
