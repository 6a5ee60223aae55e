// Speed of what stands between the products, pools, additions and moved pixels, as shares of the speed at which this
// machine reads as many bytes; and of convolutions of few channels per group, as shares of the peak of their products.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "intaglio/kernels/add.hpp"
#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/kernels/pool.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/simd/simd.hpp"
#include "peaks.hpp"
#include "rows.hpp"

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using benchmarks::add_row;
using benchmarks::Buffer;
using benchmarks::report;
using intaglio::simd::Native;

/// Bytes per second at which a buffer of so many bytes is read again and again.
double read_peak(std::int64_t bytes) {
    const Buffer<std::int32_t> buffer(bytes / 4);
    return benchmarks::best_rate([&] {
        benchmarks::touch(buffer.get());
        return benchmarks::read_pass(buffer.get(), bytes / 4);
    });
}

/// Bytes read and written by one call of `work`.
template <class Work>
void moves(benchmark::State& state, std::int64_t bytes, const Work& work) {
    for (auto _ : state) {
        work();
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(bytes), "B/s", read_peak(bytes));
}

template <class Out>
void sums(benchmark::State& state, Shape shape, std::int32_t window, std::int32_t stride) {
    const Shape pooled = pooled_shape(shape, window, window, stride, stride);
    const Buffer<std::uint8_t> in(shape.size());
    const Buffer<Out> out(pooled.size());
    moves(state, shape.size() + pooled.size() * static_cast<std::int64_t>(sizeof(Out)),
          [&] { sum_pool<Native>(shape, window, window, stride, stride, in.get(), out.get()); });
}

void largest(benchmark::State& state, Shape shape, std::int32_t window, std::int32_t padding) {
    ConvolutionExtents e{.in = shape, .out = shape, .kernel_height = window, .kernel_width = window};
    e.stride_height = e.stride_width = 2;
    e.padding_height = e.padding_width = padding;
    e.out.height = shape.height / 2;
    e.out.width = shape.width / 2;
    const Buffer<std::uint8_t> in(shape.size());
    const Buffer<std::uint8_t> out(e.out.size());
    moves(state, shape.size() + e.out.size(), [&] { max_pool<Native>(e, in.get(), out.get()); });
}

template <class In, class Out>
void join(benchmark::State& state, Shape shape) {
    const Buffer<In> a(shape.size());
    const Buffer<In> b(shape.size());
    const Buffer<Out> out(shape.size());
    moves(state, shape.size() * static_cast<std::int64_t>(2 * sizeof(In) + sizeof(Out)),
          [&] { add<Native>(a.get(), b.get(), shape.size(), out.get()); });
}

void concatenation(benchmark::State& state, Shape shape) {
    const Buffer<std::uint8_t> a(shape.size());
    const Buffer<std::uint8_t> b(shape.size());
    const Buffer<std::uint8_t> out(2 * shape.size());
    moves(state, 4 * shape.size(), [&] {
        concat_channels<Native>(shape.pixels(), shape.channels, a.get(), shape.channels, b.get(), out.get());
    });
}

void every_second_pixel(benchmark::State& state, Shape shape) {
    const Buffer<std::uint8_t> in(shape.size());
    const Buffer<std::uint8_t> out(shape.size());
    moves(state, shape.size() / 2, [&] { subsample<Native>(shape, 2, 2, in.get(), out.get()); });
}

void every_pixel_twice(benchmark::State& state, Shape shape) {
    const Buffer<std::uint8_t> in(shape.size());
    const Buffer<std::uint8_t> out(4 * shape.size());
    moves(state, 5 * shape.size(), [&] { upsample<Native>(shape, 2, 2, in.get(), out.get()); });
}

void padded_channels(benchmark::State& state, Shape shape) {
    const Buffer<std::uint8_t> in(shape.size());
    const Buffer<std::uint8_t> out(2 * shape.size());
    const std::int32_t before = shape.channels / 2;
    moves(state, 3 * shape.size(),
          [&] { pad_channels<Native>(shape, before, shape.channels - before, 0, in.get(), out.get()); });
}

/// In blocks of rows, as programs run it.
template <class P>
void groups(benchmark::State& state, const ConvolutionExtents& e) {
    const std::int32_t rows = std::clamp(16384 / (e.out.width * e.out.channels), 1, e.out.height);
    const Buffer<typename P::Code> image(e.in.size());
    const Buffer<std::int8_t> weights(e.weights());
    const Buffer<std::int32_t> sums(std::int64_t{rows} * e.out.width * e.out.channels);
    const Buffer<std::byte> packed(static_cast<std::int64_t>(P::template weight_bytes<Native>(e)));
    const Buffer<std::byte> workspace(
        static_cast<std::int64_t>(P::template workspace_bytes<Native, typename P::Code>(e, rows)));
    P::template pack_weights<Native>(e, weights.get(), packed.get());
    for (auto _ : state) {
        for (std::int32_t row = 0; row < e.out.height; row += rows) {
            P::template multiply_rows<Native, Grouping::any>(e, image.get(), row, std::min(rows, e.out.height - row),
                                                             packed.get(), sums.get(), workspace.get());
            benchmark::ClobberMemory();
        }
    }
    report(state, static_cast<double>(e.macs()), "MAC/s",
           benchmarks::multiply_add_peak<typename P::template Arithmetic<Native>>());
}

/// A convolution that keeps the size, but for its stride.
ConvolutionExtents window(Shape in, std::int32_t out, std::int32_t height, std::int32_t width, std::int32_t stride,
                          std::int32_t groups, std::int32_t dilation = 1) {
    return {.in = in,
            .out = {(in.height - 1) / stride + 1, (in.width - 1) / stride + 1, out},
            .kernel_height = height,
            .kernel_width = width,
            .stride_height = stride,
            .stride_width = stride,
            .padding_height = dilation * (height - 1) / 2,
            .padding_width = dilation * (width - 1) / 2,
            .dilation = dilation,
            .groups = groups};
}

std::string name_of(Shape shape) {
    return std::to_string(shape.height) + "x" + std::to_string(shape.width) + "x" + std::to_string(shape.channels);
}

template <class P>
void add_group_rows(const std::string& kernel) {
    const Shape middle{32, 32, 64};
    const auto row = [&](const std::string& name, const ConvolutionExtents& e) {
        add_row(name + "/" + kernel + "/" + name_of(e.in), groups<P>, e);
    };
    row("depthwise_3x3", window(middle, 64, 3, 3, 1, 64));
    row("depthwise_3x3", window({112, 112, 32}, 32, 3, 3, 1, 32));
    row("depthwise_3x3", window({14, 14, 512}, 512, 3, 3, 1, 512));
    row("depthwise_3x3_stride_2", window(middle, 64, 3, 3, 2, 64));
    row("depthwise_3x3_dilation_2", window(middle, 64, 3, 3, 1, 64, 2));
    row("depthwise_3x3_twice", window({32, 32, 32}, 64, 3, 3, 1, 32));
    row("depthwise_5x5", window(middle, 64, 5, 5, 1, 64));
    row("depthwise_1x9", window({1, 128, 64}, 64, 1, 9, 1, 64));
    row("groups_of_4", window({14, 14, 128}, 128, 3, 3, 1, 32));
    row("groups_of_16", window({14, 14, 256}, 256, 3, 3, 1, 16));
    row("pointwise", window(middle, 64, 1, 1, 1, 1));
}

[[maybe_unused]] const bool rows_added = [] {
    for (const Shape shape : {Shape{32, 32, 64}, Shape{16, 16, 256}, Shape{112, 112, 32}}) {
        const std::string name = name_of(shape);
        add_row("sum_pool_2x2_to_bytes/" + name, sums<std::uint8_t>, shape, 2, 2);
        add_row("sum_pool_2x2_to_words/" + name, sums<std::int16_t>, shape, 2, 2);
        add_row("sum_pool_3x3_to_words/" + name, sums<std::int16_t>, shape, 3, 1);
        add_row("max_pool_2x2/" + name, largest, shape, 2, 0);
        add_row("max_pool_3x3/" + name, largest, shape, 3, 1);
        add_row("join_words/" + name, join<std::int16_t, std::int16_t>, shape);
        add_row("join_bytes_to_words/" + name, join<std::int8_t, std::int16_t>, shape);
        add_row("concat/" + name, concatenation, shape);
        add_row("subsample/" + name, every_second_pixel, shape);
        add_row("upsample/" + name, every_pixel_twice, shape);
        add_row("pad_channels/" + name, padded_channels, shape);
    }
    for (const Shape shape : {Shape{7, 7, 1024}, Shape{8, 8, 64}}) {
        add_row("global_pool_to_words/" + name_of(shape), sums<std::int16_t>, shape, shape.height, 1);
    }
    add_group_rows<ByteProduct>("bytes");
    add_group_rows<SmallByteProduct>("small_bytes");
    return true;
}();

}  // namespace
