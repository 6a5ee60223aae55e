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

/// A random code of a range; of signs, -1 or 1.
[[nodiscard]] inline std::int64_t random_code(Random& random, CodeRange range, bool signs) {
    if (signs) return random.below(2) == 0 ? -1 : 1;
    return range.lowest + static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(range.states())));
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
    const std::int32_t block = integer::block_rows(e);
    const auto run = std::make_shared<Run>(
        Run{e, Buffer<Code>(shape.size()),
            Buffer<std::byte>(static_cast<std::int64_t>(Kernel::template weight_bytes<Set>(e))),
            Buffer<std::byte>(static_cast<std::int64_t>(Kernel::template workspace_bytes<Set, Code>(e, block))),
            Buffer<std::int32_t>(std::int64_t{block} * e.out.width * e.out.channels)});
    for (std::int64_t i = 0; i < shape.size(); ++i) {
        if constexpr (std::is_same_v<Code, kernels::BitWord>) {
            run->image.get()[i] = static_cast<Code>(random.below(0xffffffffU));
        } else {
            run->image.get()[i] = static_cast<Code>(random_code(random, facts.codes, facts.signs));
        }
    }
    const Buffer<std::int8_t> weights(e.weights());
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        weights.get()[i] = static_cast<std::int8_t>(random_code(random, facts.weight_codes, facts.sign_weights));
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
