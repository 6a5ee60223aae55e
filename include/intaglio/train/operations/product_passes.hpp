// The products of a whole batch: of codes forward, of real numbers backward. Their code depends on kernel and storage
// alone, not on how the weights were quantised.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/product.hpp"
#include "intaglio/kernels/training/convolution_backward.hpp"
#include "intaglio/kernels/training/float_product.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/program/context.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

namespace detail {

/// Whether a product looks at single pixels: then the images of a group are one tall image.
constexpr bool is_pointwise(const ConvolutionExtents& e) {
    return e.kernel_height == 1 && e.kernel_width == 1 && e.stride_height == 1 && e.stride_width == 1 &&
           !e.has_padding();
}
/// The extents of `images` images at once, for pointwise products.
constexpr ConvolutionExtents tall(ConvolutionExtents e, std::int64_t images) {
    const auto height = static_cast<std::int32_t>(images * e.in.pixels());
    e.in = {height, 1, e.in.channels};
    e.out = {height, 1, e.out.channels};
    return e;
}
constexpr std::int64_t largest_group(std::int64_t capacity) {
    return (capacity + sample_groups - 1) / sample_groups;
}

/// Rows of the result that are computed at once.
constexpr std::int32_t block_rows(const ConvolutionExtents& e, const ConvolutionExtents& many) {
    constexpr std::int32_t tall_block_rows = 96;
    return is_pointwise(e) && many.out.height > tall_block_rows ? tall_block_rows : many.out.height;
}

/// Calls body(extents, first image, worker) for each image, or for each group of images that are one tall image.
template <class Body>
void for_extents(const ConvolutionExtents& e, const Context& context, const Body& body) {
    const bool pointwise = is_pointwise(e);
    const std::int64_t first_group = context.ranks.first_group();
    context.pool->run(pointwise ? context.ranks.groups() : context.images, [&](std::int64_t task, int worker) {
        const Context::Images some = pointwise ? context.group(first_group + task) : Context::Images{task, 1};
        if (some.count > 0) body(pointwise ? tall(e, some.count) : e, some.first, worker);
    });
}

/// Accumulators of all images of a batch.
template <auto Variant, class Code>
void multiply(const Row& row, const Code* in, const std::byte* packed, std::int32_t* out, const Context& context) {
    using Set = simd::Native;
    const ConvolutionExtents& e = row.extents;
    const integer::WeightForm weight = integer::weight_form(row);
    for_extents(e, context, [&](const ConvolutionExtents& many, std::int64_t begin, int worker) {
        const Code* first_in = in + begin * e.in.size();
        std::int32_t* first_out = out + begin * e.out.size();
        const std::int32_t block = block_rows(e, many);
        for (std::int32_t first = 0; first < many.out.height; first += block) {
            const std::int32_t left = many.out.height - first;
            integer::multiply_rows<Set, Variant>(many, weight, first_in, first, left < block ? left : block, packed,
                                                 first_out + std::int64_t{first} * e.out.channels,
                                                 context.worker_memory(worker));
        }
    });
}

/// Products of real weights. The terms of one output are added in one order whatever the thread count.
template <kernels::Grouping Grouping, class Code>
void multiply_float(const ConvolutionExtents& e, const Code* in, const std::byte* packed, float* out,
                    const Context& context) {
    context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t, int worker) {
        kernels::convolve_float<simd::Native, float, Grouping>(
            e, in + begin * e.in.size(), count, packed, out + begin * e.out.size(), context.worker_memory(worker));
    });
}

/// Adds the weight gradients of the groups of a batch in a fixed tree, times `factor`.
[[gnu::noinline]] inline void sum_groups(const Row& row, Gradient factor, Gradient* gradient, const Context& context) {
    if (!context.ranks.alone()) {
        const Gradient* const sum = context.ranks.sum_groups(context.partial, row.weights);
        for (std::int64_t i = 0; i < row.weights; ++i) gradient[i] = factor * sum[i];
        return;
    }
    const std::int64_t fan_in = row.extents.fan_in();
    context.pool->run(row.extents.out.channels, [&](std::int64_t unit, int) {
        for (std::int64_t i = unit * fan_in; i < (unit + 1) * fan_in; ++i) {
            gradient[i] = factor * tree_sum([&](std::int64_t g) { return context.partial[g * row.weights + i]; });
        }
    });
}

/// The gradient of the values of all weights, times `in_step`, the number that one input code stands for.
template <kernels::Grouping Grouping, class Code>
void weight_gradient(const Row& row, Gradient in_step, const Code* in, const Gradient* out_gradient, Gradient* gradient,
                     const Context& context) {
    const ConvolutionExtents& e = row.extents;
    context.for_groups([&](std::int64_t begin, std::int64_t count, std::int64_t group, int worker) {
        Gradient* sum = context.partial + group * row.weights;
        std::memset(sum, 0, static_cast<std::size_t>(row.weights) * sizeof(Gradient));
        if (count == 0) return;
        const bool pointwise = is_pointwise(e);
        kernels::weight_gradient<simd::Native, Gradient, Grouping>(
            pointwise ? tall(e, count) : e, in + begin * e.in.size(), out_gradient + begin * e.out.size(),
            pointwise ? 1 : count, sum, context.worker_memory(worker));
    });
    sum_groups(row, in_step, gradient, context);
}

/// The gradient of the numbers that a product reads.
template <kernels::Grouping Grouping>
void input_gradient(const ConvolutionExtents& e, const std::byte* transposed, const Gradient* out_gradient,
                    bool overwrite, Gradient* gradient, const Context& context) {
    using Set = simd::Native;
    for_extents(e, context, [&](const ConvolutionExtents& many, std::int64_t begin, int worker) {
        std::byte* memory = context.worker_memory(worker);
        Gradient* target = gradient + begin * e.in.size();
        Gradient* sum = overwrite ? target : reinterpret_cast<Gradient*>(memory);
        kernels::input_gradient<Set, Gradient, Grouping>(
            many, out_gradient + begin * e.out.size(), transposed, sum,
            overwrite ? memory : memory + aligned(many.in.size() * std::int64_t{sizeof(Gradient)}));
        if (overwrite) return;
        for (std::int64_t i = 0; i < many.in.size(); ++i) target[i] += sum[i];
    });
}

/// Bytes of one worker for all of the above; `forward(extents, rows)` says what the forward pass needs.
template <class ForwardBytes>
[[gnu::cold]] std::int64_t product_workspace_bytes(const ConvolutionExtents& e, std::int64_t capacity,
                                                   const ForwardBytes& forward) {
    using Set = simd::Native;
    const ConvolutionExtents many = is_pointwise(e) ? tall(e, largest_group(capacity)) : e;
    const std::size_t bytes[] = {forward(many, block_rows(e, many)),
                                 kernels::input_gradient_workspace_bytes<Set, Gradient>(many) +
                                     memory_size(aligned(many.in.size() * std::int64_t{sizeof(Gradient)})),
                                 kernels::weight_gradient_workspace_bytes<Set, Gradient>(many)};
    return static_cast<std::int64_t>(*std::max_element(bytes, bytes + 3));
}

}  // namespace detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
