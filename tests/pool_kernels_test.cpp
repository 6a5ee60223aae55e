// The kernels beside the products against naive references, bit for bit: window sums, largest codes, rearrangements.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "intaglio/kernels/max_pool.hpp"
#include "intaglio/kernels/pool.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/kernels/rearrange.hpp"
#include "intaglio/kernels/training/max_pool_gradient.hpp"
#include "intaglio/kernels/training/rearrange_gradient.hpp"
#include "intaglio/kernels/window_sums.hpp"
#include "intaglio/simd/simd.hpp"
#include "support/kernel_tools.hpp"

namespace pool_kernels_test {

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using namespace tools;

/// Values of a type, all of them small integers, so that sums of reals are exact.
template <class Code>
void fill_codes(Guarded<Code>& codes, Random& random, std::int32_t limit = 1000) {
    using Limits = std::numeric_limits<Code>;
    std::int32_t least = -limit;
    std::int32_t most = limit;
    if (Limits::is_integer && sizeof(Code) < 4) {
        least =
            least < static_cast<std::int32_t>(Limits::lowest()) ? static_cast<std::int32_t>(Limits::lowest()) : least;
        most = most > static_cast<std::int32_t>(Limits::max()) ? static_cast<std::int32_t>(Limits::max()) : most;
    }
    for (std::size_t i = 0; i < codes.size(); ++i) codes.get()[i] = static_cast<Code>(between(random, least, most));
}

template <class T>
std::int64_t differences(Guarded<T>& values, const std::vector<T>& expected) {
    CHECK(values.intact());
    CHECK(values.size() == expected.size());
    std::int64_t wrong = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) wrong += values.get()[i] != expected[i] ? 1 : 0;
    return wrong;
}

// Window sums --------------------------------------------------------------------------------------------------------

/// The accumulators of codes and of the true weights spacing * code + offset, which the sums turn the former into.
template <class Set, class Code>
void check_window_sums(ConvolutionExtents e, Random& random) {
    if (std::is_signed_v<Code> && between(random, 0, 1) == 0) e.padding_code = -e.padding_code;
    const std::int32_t step = between(random, -3, 3);
    const std::int32_t offset = between(random, -3, 3);
    INFO(simd::name(Set{}), ", ", step, " * code + ", offset, ", ", describe(e));
    Guarded<Code> image(e.in.size());
    Guarded<std::int8_t> weights(e.weights());
    fill_codes(image, random);
    fill_codes(weights, random);
    std::vector<std::int32_t> codes_only(static_cast<std::size_t>(e.out.size()));
    std::vector<std::int32_t> expected(static_cast<std::size_t>(e.out.size()));
    for_each_product(e, [&](std::int32_t in, std::int32_t weight, std::int32_t out) {
        const auto code = in < 0 ? e.padding_code_of(-1 - in) : static_cast<std::int32_t>(image[in]);
        codes_only[static_cast<std::size_t>(out)] += code * weights[weight];
        expected[static_cast<std::size_t>(out)] += code * (step * weights[weight] + offset);
    });
    const std::int64_t row_size = std::int64_t{e.out.width} * e.out.channels;
    for (const std::int32_t block : {e.out.height, std::int32_t{1}, between(random, 1, e.out.height)}) {
        std::int64_t wrong = 0;
        for (std::int32_t row = 0; row < e.out.height; row += block) {
            const std::int32_t rows = row + block < e.out.height ? block : e.out.height - row;
            Guarded<std::int32_t> sums(rows * row_size);
            Guarded<std::byte> workspace(window_sum_workspace_bytes(e, block));
            CHECK(workspace.size() % 64 == 0);
            for (std::int64_t i = 0; i < rows * row_size; ++i) {
                sums[i] = codes_only[static_cast<std::size_t>(row * row_size + i)];
            }
            add_window_sums<Set>(e, image.get(), row, rows, step, offset, sums.get(), workspace.get());
            CHECK(workspace.intact());
            const std::int32_t* const begin = expected.data() + row * row_size;
            wrong += differences(sums, {begin, begin + rows * row_size});
        }
        CHECK(wrong == 0);
    }
}

// Sums of windows ----------------------------------------------------------------------------------------------------

/// Codes at the ends of the range whose sums fit, or anywhere in it.
template <class Set, class In, class Out>
void check_sum_pool(Random& random, Shape in_shape, std::int32_t height, std::int32_t width, std::int32_t stride) {
    using Codes = std::numeric_limits<In>;
    using Sums = std::numeric_limits<Out>;
    const std::int64_t taps = std::int64_t{height} * width;
    const std::int64_t least = std::max(std::int64_t{Codes::lowest()}, std::int64_t{Sums::lowest()} / taps);
    const std::int64_t most = std::min(std::int64_t{Codes::max()}, std::int64_t{Sums::max()} / taps);
    const std::int32_t kind = between(random, 0, 2);
    const Shape shape = pooled_shape(in_shape, height, width, stride, stride);
    INFO(simd::name(Set{}), ", ", sizeof(In), " to ", sizeof(Out), " bytes, ", in_shape.height, "x", in_shape.width,
         "x", in_shape.channels, ", window ", height, "x", width, ", stride ", stride);
    Guarded<In> in(in_shape.size());
    Guarded<Out> out(shape.size());
    for (std::int64_t i = 0; i < in_shape.size(); ++i) {
        const auto any = between(random, static_cast<std::int32_t>(least), static_cast<std::int32_t>(most));
        in[i] = static_cast<In>(kind == 0 ? least : kind == 1 ? most : std::int64_t{any});
    }
    std::vector<Out> expected;
    for (std::int32_t y = 0; y < shape.height; ++y) {
        for (std::int32_t x = 0; x < shape.width; ++x) {
            for (std::int32_t c = 0; c < shape.channels; ++c) {
                std::int64_t sum = 0;
                for (std::int32_t i = 0; i < height; ++i) {
                    for (std::int32_t j = 0; j < width; ++j) {
                        const std::int64_t pixel = (y * stride + i) * std::int64_t{in_shape.width} + x * stride + j;
                        sum += in[pixel * shape.channels + c];
                    }
                }
                expected.push_back(static_cast<Out>(sum));
            }
        }
    }
    sum_pool<Set>(in_shape, height, width, stride, stride, in.get(), out.get());
    CHECK(differences(out, expected) == 0);
}

template <class Set, class In, class Out>
void check_sum_pools(Random& random) {
    for (std::int32_t channels = 1; channels <= 70; ++channels) {
        const std::int32_t window = channels % 5 + 1;
        const Shape shape{between(random, window, 9), between(random, window, 9), channels};
        check_sum_pool<Set, In, Out>(random, shape, window, window, between(random, 1, 3));
        check_sum_pool<Set, In, Out>(random, shape, between(random, 1, shape.height), shape.width, 1);
        check_sum_pool<Set, In, Out>(random, {1, 1, channels}, 1, 1, 1);
    }
    check_sum_pool<Set, In, Out>(random, {16, 16, 33}, 16, 16, 1);
    check_sum_pool<Set, In, Out>(random, {17, 40, 67}, 17, 40, 1);
    check_sum_pool<Set, In, Out>(random, {24, 30, 40}, 23, 29, 1);
}

// Largest codes ------------------------------------------------------------------------------------------------------

/// A pool whose windows all have a tap inside.
ConvolutionExtents random_pool(Random& random) {
    ConvolutionExtents e;
    const auto has_taps_inside = [](std::int32_t out, std::int32_t stride, std::int32_t padding, std::int32_t dilation,
                                    std::int32_t kernel, std::int32_t in) {
        for (std::int32_t x = 0; x < out; ++x) {
            bool inside = false;
            for (std::int32_t i = 0; i < kernel; ++i) {
                const std::int32_t at = x * stride - padding + i * dilation;
                inside = inside || (at >= 0 && at < in);
            }
            if (!inside) return false;
        }
        return out > 0;
    };
    do {
        e = {};
        e.in = {between(random, 1, 12), between(random, 1, 12), between(random, 1, 150)};
        e.out.channels = e.in.channels;
        e.kernel_height = between(random, 1, 5);
        e.kernel_width = between(random, 1, 5);
        e.stride_height = between(random, 1, 4);
        e.stride_width = between(random, 1, 4);
        e.dilation = between(random, 0, 3) == 0 ? 2 : 1;
        e.padding_height = between(random, 0, 3);
        e.padding_width = between(random, 0, 3);
        const std::int32_t below = between(random, 0, 3);
        const std::int32_t right = between(random, 0, 3);
        if (e.in.height + e.padding_height + below <= e.dilation * (e.kernel_height - 1)) continue;
        if (e.in.width + e.padding_width + right <= e.dilation * (e.kernel_width - 1)) continue;
        e = complete(e, below, right);
    } while (
        !has_taps_inside(e.out.height, e.stride_height, e.padding_height, e.dilation, e.kernel_height, e.in.height) ||
        !has_taps_inside(e.out.width, e.stride_width, e.padding_width, e.dilation, e.kernel_width, e.in.width));
    return e;
}

template <class Set, class Code>
void check_max_pool(Random& random) {
    const ConvolutionExtents e = random_pool(random);
    INFO(simd::name(Set{}), ", ", sizeof(Code), " bytes, ", describe(e));
    const bool add = between(random, 0, 1) == 0;
    Guarded<Code> in(e.in.size());
    Guarded<Code> out(e.out.size());
    Guarded<float> dout(e.out.size());
    Guarded<float> din(e.in.size());
    fill_codes(in, random, between(random, 1, 20));  // few values: several are largest
    fill_codes(dout, random);
    fill_codes(din, random);
    std::vector<Code> expected;
    std::vector<float> expected_din(static_cast<std::size_t>(e.in.size()));
    for (std::int64_t i = 0; i < e.in.size() && add; ++i) expected_din[static_cast<std::size_t>(i)] = din[i];
    for (std::int32_t y = 0; y < e.out.height; ++y) {
        for (std::int32_t x = 0; x < e.out.width; ++x) {
            for (std::int32_t c = 0; c < e.in.channels; ++c) {
                std::int64_t best = -1;
                for (std::int32_t i = 0; i < e.kernel_height; ++i) {
                    for (std::int32_t j = 0; j < e.kernel_width; ++j) {
                        const std::int32_t row = y * e.stride_height - e.padding_height + i * e.dilation;
                        const std::int32_t column = x * e.stride_width - e.padding_width + j * e.dilation;
                        if (row < 0 || column < 0 || row >= e.in.height || column >= e.in.width) continue;
                        const std::int64_t at = (std::int64_t{row} * e.in.width + column) * e.in.channels + c;
                        if (best < 0 || in[at] > in[best]) best = at;
                    }
                }
                expected_din[static_cast<std::size_t>(best)] += dout[static_cast<std::int64_t>(expected.size())];
                expected.push_back(in[best]);
            }
        }
    }
    max_pool<Set>(e, in.get(), out.get());
    CHECK(differences(out, expected) == 0);
    max_pool_gradient(e, in.get(), dout.get(), add, din.get());
    CHECK(differences(din, expected_din) == 0);
}

// Rearrangements -----------------------------------------------------------------------------------------------------

Shape random_shape(Random& random) {
    return {between(random, 1, 7), between(random, 1, 7), between(random, 1, 40)};
}

/// An operation that moves codes: source(output element) is the input element, or -1 for `fill`. Checks the output and
/// the gradient, which is the sum over the outputs that have the element as their source.
template <class Code, class Source, class Forward, class Backward>
void check_moves(Random& random, std::int64_t in_size, std::int64_t out_size, Code fill, const Source& source,
                 const Forward& forward, const Backward& backward) {
    Guarded<Code> in(in_size);
    Guarded<Code> out(out_size);
    fill_codes(in, random);
    std::vector<Code> expected;
    for (std::int64_t i = 0; i < out_size; ++i) expected.push_back(source(i) < 0 ? fill : in[source(i)]);
    forward(in.get(), out.get());
    CHECK(differences(out, expected) == 0);
    for (const bool add : {false, true}) {
        Guarded<float> dout(out_size);
        Guarded<float> din(in_size);
        fill_codes(dout, random);
        fill_codes(din, random);
        std::vector<float> expected_din;
        for (std::int64_t i = 0; i < in_size; ++i) expected_din.push_back(add ? din[i] : 0.0F);
        for (std::int64_t i = 0; i < out_size; ++i) {
            if (source(i) >= 0) expected_din[static_cast<std::size_t>(source(i))] += dout[i];
        }
        backward(dout.get(), add, din.get());
        CHECK(differences(din, expected_din) == 0);
    }
}

template <class Set, class Code>
void check_rearrangements(Random& random) {
    const Shape in = random_shape(random);
    const std::int32_t rows = between(random, 1, 4);
    const std::int32_t columns = between(random, 1, 4);
    INFO(simd::name(Set{}), ", ", sizeof(Code), " bytes, ", in.height, "x", in.width, "x", in.channels, ", ", rows, "x",
         columns);

    const Shape fewer = subsampled_shape(in, rows, columns);
    CHECK(fewer == Shape{(in.height + rows - 1) / rows, (in.width + columns - 1) / columns, in.channels});
    check_moves<Code>(
        random, in.size(), fewer.size(), Code{},
        [&](std::int64_t i) {
            const std::int64_t pixel = i / in.channels;
            return (pixel / fewer.width * rows * in.width + pixel % fewer.width * columns) * in.channels +
                   i % in.channels;
        },
        [&](const Code* from, Code* to) { subsample<Set>(in, rows, columns, from, to); },
        [&](const float* dout, bool add, float* din) { subsample_gradient(in, rows, columns, dout, add, din); });

    const Shape more = upsampled_shape(in, rows, columns);
    CHECK(more == Shape{in.height * rows, in.width * columns, in.channels});
    check_moves<Code>(
        random, in.size(), more.size(), Code{},
        [&](std::int64_t i) {
            const std::int64_t pixel = i / in.channels;
            return (pixel / more.width / rows * in.width + pixel % more.width / columns) * in.channels +
                   i % in.channels;
        },
        [&](const Code* from, Code* to) { upsample<Set>(in, rows, columns, from, to); },
        [&](const float* dout, bool add, float* din) { upsample_gradient(in, rows, columns, dout, add, din); });

    const std::int32_t before = between(random, 0, 20);
    const std::int32_t after = between(random, 0, 20);
    const std::int32_t all = before + in.channels + after;
    const std::int32_t code = between(random, 0, 100);
    check_moves<Code>(
        random, in.size(), in.pixels() * all, static_cast<Code>(code),
        [&](std::int64_t i) {
            const std::int64_t c = i % all - before;
            return c < 0 || c >= in.channels ? -1 : i / all * in.channels + c;
        },
        [&](const Code* from, Code* to) { pad_channels<Set>(in, before, after, code, from, to); },
        [&](const float* dout, bool add, float* din) {
            channel_range_gradient(in.pixels(), all, before, in.channels, dout, add, din);
        });
}

template <class Set, class A, class B, class Out>
void check_pairs(Random& random) {
    const Shape shape = random_shape(random);
    INFO(simd::name(Set{}), ", ", shape.height, "x", shape.width, "x", shape.channels);
    const std::int32_t b_channels = between(random, 1, 40);
    Guarded<A> a(shape.size());
    Guarded<B> b(shape.pixels() * b_channels);
    Guarded<B> factor(shape.size());
    Guarded<B> pixel(std::int64_t{shape.channels});
    fill_codes(a, random);
    fill_codes(b, random);
    fill_codes(factor, random);
    fill_codes(pixel, random);

    const std::int32_t all = shape.channels + b_channels;
    Guarded<Out> joined(shape.pixels() * all);
    std::vector<Out> expected;
    for (std::int64_t i = 0; i < shape.pixels() * all; ++i) {
        const std::int64_t c = i % all;
        expected.push_back(c < shape.channels ? static_cast<Out>(a[i / all * shape.channels + c])
                                              : static_cast<Out>(b[i / all * b_channels + c - shape.channels]));
    }
    concat_channels<Set>(shape.pixels(), shape.channels, a.get(), b_channels, b.get(), joined.get());
    CHECK(differences(joined, expected) == 0);

    using Product = std::conditional_t<std::is_integral_v<Out>, std::int32_t, Out>;
    Guarded<Product> products(shape.size());
    for (const bool one_pixel : {false, true}) {
        Guarded<B>& other = one_pixel ? pixel : factor;
        const auto other_at = [&](std::int64_t i) { return one_pixel ? i % shape.channels : i; };
        std::vector<Product> expected_products;
        for (std::int64_t i = 0; i < shape.size(); ++i) {
            expected_products.push_back(static_cast<Product>(a[i]) * static_cast<Product>(other[other_at(i)]));
        }
        multiply<Set>(shape, a.get(), other.get(), one_pixel, products.get());
        CHECK(differences(products, expected_products) == 0);

        // The gradients of both factors. All numbers are integers and the scale a power of two: no sum is rounded.
        const double scale = 0.25;
        for (const bool add : {false, true}) {
            Guarded<double> dout(shape.size());
            Guarded<double> da(shape.size());
            Guarded<double> dother(static_cast<std::int64_t>(other.size()));
            fill_codes(dout, random);
            fill_codes(da, random);
            fill_codes(dother, random);
            std::vector<double> expected_da;
            std::vector<double> expected_other;
            for (std::int64_t i = 0; i < shape.size(); ++i) expected_da.push_back(add ? da[i] : 0.0);
            for (std::size_t i = 0; i < other.size(); ++i) expected_other.push_back(add ? dother.get()[i] : 0.0);
            for (std::int64_t i = 0; i < shape.size(); ++i) {
                const auto at = static_cast<std::size_t>(other_at(i));
                expected_da[static_cast<std::size_t>(i)] += dout[i] * scale * static_cast<double>(other.get()[at]);
                expected_other[at] += dout[i] * scale * static_cast<double>(a[i]);
            }
            multiply_gradient(shape, dout.get(), other.get(), one_pixel, scale, add, da.get());
            CHECK(differences(da, expected_da) == 0);
            if (one_pixel) {
                multiply_pixel_gradient(shape, dout.get(), a.get(), scale, add, dother.get());
            } else {
                multiply_gradient(shape, dout.get(), a.get(), false, scale, add, dother.get());
            }
            CHECK(differences(dother, expected_other) == 0);
        }
    }
}

}  // namespace

TEST_CASE_TEMPLATE("kernels: window sums give weights an offset", Set, KERNELS_TEST_TAGS) {
    Random random(7);
    for (const ConvolutionExtents& e : swept_extents(random, 150)) {
        check_window_sums<Set, std::uint8_t>(e, random);
        check_window_sums<Set, std::int8_t>(e, random);
        check_window_sums<Set, std::int16_t>(e, random);
    }
}

TEST_CASE_TEMPLATE("kernels: window sums of odd weights agree with the product of the weights", Set,
                   KERNELS_TEST_TAGS) {
    Random random(8);
    for (const ConvolutionExtents& e : swept_extents(random, 40)) {
        INFO(simd::name(Set{}), ", ", describe(e));
        Guarded<std::uint8_t> image(e.in.size());
        Guarded<std::int8_t> codes(e.weights());
        Guarded<std::int8_t> odd(e.weights());
        fill_codes(image, random);
        fill_codes(codes, random, 63);
        for (std::int64_t i = 0; i < e.weights(); ++i) odd[i] = static_cast<std::int8_t>(2 * codes[i] + 1);
        const auto product = [&](Guarded<std::int8_t>& weights) {
            Guarded<std::byte> packed(ByteProduct::weight_bytes<Set>(e));
            Guarded<std::byte> workspace(ByteProduct::workspace_bytes<Set, ByteProduct::Code>(e, e.out.height));
            Guarded<std::int32_t> sums(e.out.size());
            ByteProduct::pack_weights<Set>(e, weights.get(), packed.get());
            ByteProduct::multiply_rows<Set, Grouping::any>(e, image.get(), 0, e.out.height, packed.get(), sums.get(),
                                                           workspace.get());
            return std::vector<std::int32_t>(sums.get(), sums.get() + sums.size());
        };
        std::vector<std::int32_t> sums = product(codes);
        Guarded<std::byte> workspace(window_sum_workspace_bytes(e, e.out.height));
        add_window_sums<Set>(e, image.get(), 0, e.out.height, 2, 1, sums.data(), workspace.get());
        CHECK(sums == product(odd));
    }
}

TEST_CASE_TEMPLATE("kernels: sums of windows in as few bits as they need", Set, KERNELS_TEST_TAGS) {
    Random random(11);
    check_sum_pools<Set, std::uint8_t, std::uint8_t>(random);
    check_sum_pools<Set, std::int8_t, std::int8_t>(random);
    check_sum_pools<Set, std::uint8_t, std::int16_t>(random);
    check_sum_pools<Set, std::int8_t, std::int16_t>(random);
    check_sum_pools<Set, std::uint8_t, std::int32_t>(random);
    check_sum_pools<Set, std::int8_t, std::int32_t>(random);
    check_sum_pools<Set, std::int16_t, std::int16_t>(random);
    check_sum_pools<Set, std::int16_t, std::int32_t>(random);
    check_sum_pools<Set, std::int32_t, std::int32_t>(random);
}

TEST_CASE_TEMPLATE("kernels: largest codes and their gradients", Set, KERNELS_TEST_TAGS) {
    Random random(9);
    for (int i = 0; i < 60; ++i) {
        check_max_pool<Set, std::uint8_t>(random);
        check_max_pool<Set, std::int8_t>(random);
        check_max_pool<Set, std::int16_t>(random);
        check_max_pool<Set, std::int32_t>(random);
        check_max_pool<Set, float>(random);
    }
}

TEST_CASE_TEMPLATE("kernels: rearrangements and their gradients", Set, KERNELS_TEST_TAGS) {
    Random random(10);
    for (int i = 0; i < 60; ++i) {
        check_rearrangements<Set, std::uint8_t>(random);
        check_rearrangements<Set, std::int8_t>(random);
        check_rearrangements<Set, std::int16_t>(random);
        check_rearrangements<Set, std::int32_t>(random);
        check_rearrangements<Set, float>(random);
        check_pairs<Set, std::uint8_t, std::uint8_t, std::uint8_t>(random);
        check_pairs<Set, std::int8_t, std::int8_t, std::int8_t>(random);
        check_pairs<Set, std::uint8_t, std::int8_t, std::int16_t>(random);
        check_pairs<Set, std::int16_t, std::uint8_t, std::int32_t>(random);
        check_pairs<Set, float, float, float>(random);
    }
}

}  // namespace pool_kernels_test
