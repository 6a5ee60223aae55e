// Every kernel against a naive reference: integers bit for bit and on every instruction set of this build, reals within
// rounding. Buffers have guard bytes behind them (or the address sanitizer's).
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/kernels/convolution.hpp"
#include "intaglio/kernels/convolution_backward.hpp"
#include "intaglio/kernels/join.hpp"
#include "intaglio/kernels/pool.hpp"
#include "intaglio/kernels/statistics.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/simd/detect.hpp"
#include "intaglio/simd/simd.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define KERNELS_TEST_GUARD 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KERNELS_TEST_GUARD 0
#endif
#endif
#ifndef KERNELS_TEST_GUARD
#define KERNELS_TEST_GUARD 64
#endif

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using intaglio::simd::Native;
using intaglio::simd::Portable;

/// n elements aligned to 64 bytes, filled with a pattern, with guard bytes behind them.
template <class T>
class Guarded {
  public:
    explicit Guarded(std::size_t n)
        : bytes_(n * sizeof(T)),
          data_(static_cast<unsigned char*>(::operator new (bytes_ + KERNELS_TEST_GUARD, std::align_val_t{64}))) {
        std::memset(data_, 0xa5, bytes_ + KERNELS_TEST_GUARD);
    }
    explicit Guarded(std::int64_t n) : Guarded(static_cast<std::size_t>(n)) {}
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;
    ~Guarded() { ::operator delete (data_, std::align_val_t{64}); }

    [[nodiscard]] T* get() { return reinterpret_cast<T*>(data_); }
    [[nodiscard]] std::size_t size() const { return bytes_ / sizeof(T); }
    T& operator[](std::int64_t i) { return get()[i]; }
    [[nodiscard]] bool intact() const {
        for (std::size_t i = 0; i != KERNELS_TEST_GUARD; ++i) {
            if (data_[bytes_ + i] != 0xa5) return false;
        }
        return true;
    }

  private:
    std::size_t bytes_;
    unsigned char* data_;
};

using Random = std::mt19937;

std::int32_t between(Random& random, std::int32_t low, std::int32_t high) {
    return std::uniform_int_distribution<std::int32_t>(low, high)(random);
}

std::string describe(const ConvolutionExtents& e) {
    const auto number = [](std::int32_t n) { return std::to_string(n); };
    return number(e.in.height) + "x" + number(e.in.width) + "x" + number(e.in.channels) + "->" + number(e.out.height) +
           "x" + number(e.out.width) + "x" + number(e.out.channels) + " kernel " + number(e.kernel_height) + "x" +
           number(e.kernel_width) + " stride " + number(e.stride_height) + "x" + number(e.stride_width) + " padding " +
           number(e.padding_height) + "x" + number(e.padding_width) + " dilation " + number(e.dilation) + " groups " +
           number(e.groups);
}

/// Fills in the output's height and width.
ConvolutionExtents complete(ConvolutionExtents e) {
    const auto extent = [&](std::int32_t in, std::int32_t padding, std::int32_t kernel, std::int32_t stride) {
        return (in + 2 * padding - e.dilation * (kernel - 1) - 1) / stride + 1;
    };
    e.out.height = extent(e.in.height, e.padding_height, e.kernel_height, e.stride_height);
    e.out.width = extent(e.in.width, e.padding_width, e.kernel_width, e.stride_width);
    return e;
}

ConvolutionExtents random_extents(Random& random) {
    static constexpr std::int32_t channel_choices[] = {1, 1, 2, 3, 3, 4, 5, 8, 10, 15, 16, 17, 24, 31, 32, 33, 40, 64};
    static constexpr std::int32_t size_choices[] = {1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 14, 17};
    const auto channels = [&] { return channel_choices[between(random, 0, 17)]; };
    ConvolutionExtents e;
    for (;;) {
        e = {};
        e.groups = between(random, 0, 3) == 0 ? between(random, 1, 5) : 1;
        e.in = {size_choices[between(random, 0, 11)], size_choices[between(random, 0, 11)], channels() * e.groups};
        e.out.channels = channels() * e.groups;
        e.kernel_height = between(random, 1, 5);
        e.kernel_width = between(random, 1, 5);
        e.stride_height = between(random, 0, 2) == 0 ? between(random, 1, 4) : 1;
        e.stride_width = between(random, 0, 2) == 0 ? between(random, 1, 4) : e.stride_height;
        e.dilation = between(random, 0, 3) == 0 ? between(random, 1, 3) : 1;
        e.padding_height = between(random, 0, 3);
        e.padding_width = between(random, 0, 3);
        const bool fits = e.in.height + 2 * e.padding_height > e.dilation * (e.kernel_height - 1) &&
                          e.in.width + 2 * e.padding_width > e.dilation * (e.kernel_width - 1);
        if (!fits) continue;
        e = complete(e);
        if (e.macs() <= 2'000'000) return e;
    }
}

/// Shapes that random draws miss.
std::vector<ConvolutionExtents> special_extents() {
    std::vector<ConvolutionExtents> all;
    const auto add = [&](Shape in, std::int32_t out, std::int32_t kernel, std::int32_t padding,
                         std::int32_t groups = 1) {
        all.push_back(complete({.in = in,
                                .out = {1, 1, out},
                                .kernel_height = kernel,
                                .kernel_width = kernel,
                                .padding_height = padding,
                                .padding_width = padding,
                                .groups = groups}));
    };
    add({1, 1, 1}, 1, 1, 0);
    add({1, 1, 784}, 10, 1, 0);
    add({1, 1, 129}, 130, 1, 0);
    add({28, 28, 1}, 32, 3, 1);
    add({32, 32, 3}, 16, 3, 1);
    add({4, 4, 128}, 128, 3, 1);
    add({7, 7, 16}, 10, 7, 0);  // the window is the image
    add({2, 2, 64}, 48, 3, 1);
    add({3, 3, 20}, 20, 3, 1, 20);  // depthwise
    add({9, 9, 32}, 32, 3, 1, 32);
    add({8, 8, 64}, 64, 1, 0);
    add({20, 150, 4}, 17, 3, 1);  // rows longer than a strip
    return all;
}

std::vector<ConvolutionExtents> swept_extents(Random& random, int count) {
    std::vector<ConvolutionExtents> all = special_extents();
    for (int i = 0; i < count; ++i) all.push_back(random_extents(random));
    return all;
}

/// Calls visit(input index, weight index, output index) for each product of one image.
template <class Visit>
void for_each_product(const ConvolutionExtents& e, const Visit& visit) {
    const std::int32_t out_per_group = e.out.channels / e.groups;
    const std::int32_t in_per_group = e.in.channels / e.groups;
    for (std::int32_t y = 0; y < e.out.height; ++y) {
        for (std::int32_t x = 0; x < e.out.width; ++x) {
            for (std::int32_t o = 0; o < e.out.channels; ++o) {
                for (std::int32_t i = 0; i < e.kernel_height; ++i) {
                    for (std::int32_t j = 0; j < e.kernel_width; ++j) {
                        const std::int32_t from_y = y * e.stride_height - e.padding_height + i * e.dilation;
                        const std::int32_t from_x = x * e.stride_width - e.padding_width + j * e.dilation;
                        if (from_y < 0 || from_x < 0 || from_y >= e.in.height || from_x >= e.in.width) continue;
                        for (std::int32_t c = 0; c < in_per_group; ++c) {
                            visit((from_y * e.in.width + from_x) * e.in.channels + o / out_per_group * in_per_group + c,
                                  ((o * e.kernel_height + i) * e.kernel_width + j) * in_per_group + c,
                                  (y * e.out.width + x) * e.out.channels + o);
                        }
                    }
                }
            }
        }
    }
}

template <Product P>
ActivationCode<P> random_activation(Random& random, bool extreme) {
    if constexpr (P == Product::bytes) {
        return static_cast<std::uint8_t>(extreme ? (between(random, 0, 7) == 0 ? 0 : 255) : between(random, 0, 255));
    } else if constexpr (P == Product::bytes_small) {
        return static_cast<std::uint8_t>(extreme ? 128 : between(random, 0, 128));
    } else {
        return static_cast<std::int16_t>(extreme ? (between(random, 0, 1) == 0 ? -2047 : 2047)
                                                 : between(random, -2048, 2047));
    }
}

template <class Tag, Product P>
void check_convolution(const ConvolutionExtents& e, Random& random, bool extreme) {
    INFO(simd::name(Tag{}), ", product ", static_cast<int>(P), ", ", describe(e));
    Guarded<ActivationCode<P>> image(e.in.size());
    Guarded<std::int8_t> weights(e.weights());
    for (std::int64_t i = 0; i < e.in.size(); ++i) image[i] = random_activation<P>(random, extreme);
    const bool negative = between(random, 0, 1) == 0;
    const std::int32_t smallest = P == Product::words ? -128 : P == Product::bytes ? -128 : -127;
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        weights[i] = static_cast<std::int8_t>(extreme ? (negative ? smallest : 127) : between(random, smallest, 127));
    }
    std::vector<std::int64_t> expected(static_cast<std::size_t>(e.out.size()));
    for_each_product(e, [&](std::int32_t in, std::int32_t weight, std::int32_t out) {
        expected[static_cast<std::size_t>(out)] += std::int64_t{image[in]} * weights[weight];
    });

    Guarded<std::byte> packed(packed_weight_bytes<Tag, P>(e));
    CHECK(packed.size() % 64 == 0);
    pack_weights<Tag, P>(e, weights.get(), packed.get());
    CHECK(packed.intact());
    Guarded<std::int8_t> unpacked(e.weights());
    unpack_weights<Tag, P>(e, packed.get(), unpacked.get());
    CHECK(unpacked.intact());
    CHECK(std::memcmp(unpacked.get(), weights.get(), weights.size()) == 0);

    // The whole image at once, then in blocks of rows.
    for (const std::int32_t block : {e.out.height, std::int32_t{1}, between(random, 1, e.out.height)}) {
        std::int64_t wrong = 0;
        for (std::int32_t row = 0; row < e.out.height; row += block) {
            const std::int32_t rows = row + block < e.out.height ? block : e.out.height - row;
            const std::int64_t size = std::int64_t{rows} * e.out.width * e.out.channels;
            Guarded<std::int32_t> accumulators(size);
            Guarded<std::byte> workspace(convolution_workspace_bytes<Tag, P>(e, block));
            convolve_rows<Tag, P>(e, image.get(), row, rows, packed.get(), accumulators.get(), workspace.get());
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

/// |difference| within a multiple of the rounding of the sum of magnitudes.
template <class Real>
bool close(Real value, double expected, double magnitude) {
    const double tolerance = std::is_same_v<Real, float> ? 1e-5 : 1e-12;
    return std::abs(static_cast<double>(value) - expected) <= tolerance * magnitude;
}

template <class Tag, class Real>
void check_real_convolution(const ConvolutionExtents& e, std::int64_t images, Random& random) {
    INFO(simd::name(Tag{}), ", ", sizeof(Real), " bytes, ", images, " images, ", describe(e));
    std::uniform_real_distribution<Real> real(-1, 1);
    const std::int64_t in = e.in.size();
    const std::int64_t out = e.out.size();
    Guarded<Real> x(in * images);
    Guarded<Real> weights(e.weights());
    Guarded<Real> dout(out * images);
    for (std::int64_t i = 0; i < in * images; ++i) x[i] = real(random);
    for (std::int64_t i = 0; i < e.weights(); ++i) weights[i] = real(random);
    for (std::int64_t i = 0; i < out * images; ++i) dout[i] = real(random);

    struct Expected {
        double value = 0;
        double magnitude = 1e-30;
        void add(double term) {
            value += term;
            magnitude += std::abs(term);
        }
    };
    std::vector<Expected> forward(static_cast<std::size_t>(out * images));
    std::vector<Expected> backward(static_cast<std::size_t>(in * images));
    std::vector<Expected> gradient(static_cast<std::size_t>(e.weights()));
    for (auto& g : gradient) g.add(0.5);  // what dweights holds before
    for (std::int64_t image = 0; image < images; ++image) {
        for_each_product(e, [&](std::int32_t i, std::int32_t w, std::int32_t o) {
            const double code = x[image * in + i];
            const double weight = weights[w];
            const double d = dout[image * out + o];
            forward[static_cast<std::size_t>(image * out + o)].add(code * weight);
            backward[static_cast<std::size_t>(image * in + i)].add(d * weight);
            gradient[static_cast<std::size_t>(w)].add(d * code);
        });
    }
    const auto differences = [](Guarded<Real>& values, const std::vector<Expected>& expected) {
        std::int64_t wrong = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            wrong += close(values[static_cast<std::int64_t>(i)], expected[i].value, expected[i].magnitude) ? 0 : 1;
        }
        return wrong;
    };

    {
        Guarded<std::byte> packed(packed_real_bytes<Tag, Real>(e));
        Guarded<std::byte> workspace(real_workspace_bytes<Tag, Real>(e));
        Guarded<Real> result(out * images);
        pack_real<Tag, Real>(e, weights.get(), packed.get());
        convolve_real<Tag, Real>(e, x.get(), images, packed.get(), result.get(), workspace.get());
        CHECK(packed.intact());
        CHECK(workspace.intact());
        CHECK(result.intact());
        CHECK(differences(result, forward) == 0);
    }
    {
        Guarded<std::byte> packed(packed_transposed_bytes<Tag, Real>(e));
        Guarded<std::byte> workspace(input_gradient_workspace_bytes<Tag, Real>(e));
        Guarded<Real> din(in * images);
        pack_transposed<Tag, Real>(e, weights.get(), packed.get());
        input_gradient<Tag, Real>(e, dout.get(), packed.get(), din.get(), workspace.get(), images);
        CHECK(packed.intact());
        CHECK(workspace.intact());
        CHECK(din.intact());
        CHECK(differences(din, backward) == 0);
        // One image at a time.
        for (std::int64_t i = 0; i < images; ++i) {
            Guarded<Real> one(in);
            input_gradient<Tag, Real>(e, dout.get() + i * out, packed.get(), one.get(), workspace.get());
            CHECK(one.intact());
            std::memcpy(din.get() + i * in, one.get(), static_cast<std::size_t>(in) * sizeof(Real));
        }
        CHECK(differences(din, backward) == 0);
    }
    Guarded<std::byte> workspace(weight_gradient_workspace_bytes<Tag, Real>(e));
    Guarded<Real> dweights(e.weights());
    Guarded<Real> again(e.weights());
    for (std::int64_t i = 0; i < e.weights(); ++i) dweights[i] = again[i] = Real(0.5);
    weight_gradient<Tag, Real>(e, x.get(), dout.get(), images, dweights.get(), workspace.get());
    CHECK(workspace.intact());
    CHECK(dweights.intact());
    CHECK(differences(dweights, gradient) == 0);
    weight_gradient<Tag, Real>(e, x.get(), dout.get(), images, again.get(), workspace.get());
    CHECK(std::memcmp(dweights.get(), again.get(), dweights.size() * sizeof(Real)) == 0);
}

/// Codes of an integer type give the same gradient, bit for bit, as the same numbers as reals.
template <class Tag, class Real, class Code>
void check_gradient_of_codes(const ConvolutionExtents& e, std::int64_t images, Random& random) {
    INFO(simd::name(Tag{}), ", ", images, " images, ", describe(e));
    std::uniform_real_distribution<Real> real(-1, 1);
    Guarded<Code> codes(e.in.size() * images);
    Guarded<Real> reals(e.in.size() * images);
    Guarded<Real> dout(e.out.size() * images);
    for (std::int64_t i = 0; i < e.in.size() * images; ++i) {
        codes[i] =
            static_cast<Code>(between(random, std::numeric_limits<Code>::min(), std::numeric_limits<Code>::max()));
        reals[i] = static_cast<Real>(codes[i]);
    }
    for (std::int64_t i = 0; i < e.out.size() * images; ++i) dout[i] = real(random);
    Guarded<std::byte> workspace(weight_gradient_workspace_bytes<Tag, Real>(e));
    Guarded<Real> from_codes(e.weights());
    Guarded<Real> from_reals(e.weights());
    for (std::int64_t i = 0; i < e.weights(); ++i) from_codes[i] = from_reals[i] = Real{0};
    weight_gradient<Tag, Real>(e, codes.get(), dout.get(), images, from_codes.get(), workspace.get());
    weight_gradient<Tag, Real>(e, reals.get(), dout.get(), images, from_reals.get(), workspace.get());
    CHECK(workspace.intact());
    CHECK(from_codes.intact());
    CHECK(std::memcmp(from_codes.get(), from_reals.get(), from_codes.size() * sizeof(Real)) == 0);
}

template <class Tag, class In, class Out>
void check_threshold_step(Random& random, std::int64_t pixels, std::int32_t channels, std::int32_t levels) {
    INFO(simd::name(Tag{}), ", ", pixels, " pixels, ", channels, " channels, ", levels, " levels");
    constexpr bool small = sizeof(In) < 4;
    const std::int32_t low = small ? std::numeric_limits<In>::min() : -1'000'000;
    const std::int32_t high = small ? std::numeric_limits<In>::max() : 1'000'000;
    constexpr std::int32_t never = std::numeric_limits<std::int32_t>::max();
    constexpr std::int32_t always = std::numeric_limits<std::int32_t>::min();
    Guarded<In> values(pixels * channels);
    Guarded<std::int32_t> thresholds(std::int64_t{levels} * channels);
    Guarded<std::int32_t> flip(std::int64_t{channels});
    Guarded<Out> codes(pixels * channels);
    for (std::int64_t i = 0; i < levels * channels; ++i) {
        const std::int32_t kind = between(random, 0, 9);
        thresholds[i] = kind == 0 ? always : kind == 1 ? never : between(random, low, high);
    }
    for (std::int32_t c = 0; c < channels; ++c) flip[c] = -between(random, 0, 1);
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        values[i] = static_cast<In>(between(random, low, high));
        // Exactly on a threshold and one below.
        const std::int32_t threshold = levels == 0 ? never : thresholds[i % channels];
        if (!small && threshold != always && threshold != never && between(random, 0, 1) == 0) {
            values[i] = static_cast<In>((threshold - between(random, 0, 1)) ^ flip[i % channels]);
        }
    }
    const std::int32_t lowest = std::is_signed_v<Out> ? -3 : 1;
    threshold_step<Tag>(values.get(), pixels, channels, levels, thresholds.get(), flip.get(), lowest, codes.get());
    CHECK(codes.intact());
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        std::int32_t code = lowest;
        for (std::int32_t m = 0; m < levels; ++m) {
            code += (values[i] ^ flip[i % channels]) >= thresholds[m * channels + i % channels] ? 1 : 0;
        }
        wrong += codes[i] != code ? 1 : 0;
    }
    CHECK(wrong == 0);
}

template <class Tag, class In, class Out>
void check_dyadic_step(Random& random, std::int64_t pixels, std::int32_t channels) {
    INFO(simd::name(Tag{}), ", ", pixels, " pixels, ", channels, " channels");
    Guarded<In> values(pixels * channels);
    Guarded<std::int32_t> multiplier(std::int64_t{channels});
    Guarded<std::int64_t> addend(std::int64_t{channels});
    Guarded<std::uint8_t> shift(std::int64_t{channels});
    Guarded<Out> codes(pixels * channels);
    constexpr std::int32_t limit = std::numeric_limits<std::int32_t>::max();
    for (std::int32_t c = 0; c < channels; ++c) {
        const bool extreme = between(random, 0, 7) == 0;
        shift[c] = static_cast<std::uint8_t>(extreme ? between(random, 0, 63) : between(random, 12, 31));
        multiplier[c] = extreme ? (between(random, 0, 1) == 0 ? -limit - 1 : limit) : between(random, -70000, 70000);
        const std::int64_t half = shift[c] == 0 ? 0 : std::int64_t{1} << (shift[c] < 60 ? shift[c] - 1 : 59);
        addend[c] = half + between(random, -limit, limit) * std::int64_t{64};
    }
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        values[i] = static_cast<In>(sizeof(In) == 4 && between(random, 0, 3) == 0 ? between(random, -limit, limit)
                                                                                  : between(random, -100000, 100000));
    }
    const std::int32_t lowest = std::is_signed_v<Out> ? -2048 : 2;
    const std::int32_t highest = std::is_signed_v<Out> ? 2047 : 250;
    dyadic_step<Tag>(values.get(), pixels, channels, multiplier.get(), addend.get(), shift.get(), lowest, highest,
                     codes.get());
    CHECK(codes.intact());
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        const std::int64_t c = i % channels;
        std::int64_t code = (std::int64_t{values[i]} * multiplier[c] + addend[c]) >> shift[c];
        code = code < lowest ? lowest : code > highest ? highest : code;
        wrong += codes[i] != code ? 1 : 0;
    }
    CHECK(wrong == 0);
}

template <class Tag>
void check_statistics(Random& random, std::int64_t pixels, std::int32_t channels, bool extreme) {
    INFO(simd::name(Tag{}), ", ", pixels, " pixels, ", channels, " channels");
    constexpr std::int32_t limit = std::numeric_limits<std::int32_t>::max();
    Guarded<std::int32_t> values(pixels * channels);
    Guarded<std::int64_t> sum(std::int64_t{channels});
    Guarded<Wide128> squares(std::int64_t{channels});
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        values[i] = extreme ? (between(random, 0, 1) == 0 ? -limit : limit) : between(random, -limit, limit);
    }
    std::vector<std::int64_t> expected_sum(static_cast<std::size_t>(channels));
    std::vector<unsigned __int128> expected_squares(static_cast<std::size_t>(channels));
    for (std::int32_t c = 0; c < channels; ++c) {
        sum[c] = expected_sum[static_cast<std::size_t>(c)] = between(random, -limit, limit);
        squares[c] = {~std::uint64_t{0}, 5};
        expected_squares[static_cast<std::size_t>(c)] = (static_cast<unsigned __int128>(5) << 64) + ~std::uint64_t{0};
    }
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        const auto c = static_cast<std::size_t>(i % channels);
        expected_sum[c] += values[i];
        expected_squares[c] += static_cast<std::uint64_t>(std::int64_t{values[i]} * values[i]);
    }
    accumulate_statistics(Tag{}, values.get(), pixels, channels, sum.get(), squares.get());
    CHECK(sum.intact());
    CHECK(squares.intact());
    std::int64_t wrong = 0;
    for (std::int32_t c = 0; c < channels; ++c) {
        const auto index = static_cast<std::size_t>(c);
        wrong += sum[c] != expected_sum[index] ? 1 : 0;
        wrong += squares[c].low != static_cast<std::uint64_t>(expected_squares[index]) ? 1 : 0;
        wrong += squares[c].high != static_cast<std::uint64_t>(expected_squares[index] >> 64) ? 1 : 0;
    }
    CHECK(wrong == 0);
}

template <class Tag, class In, class Out>
void check_pool(Random& random) {
    const Shape shape{between(random, 1, 9), between(random, 1, 9), between(random, 1, 40)};
    const std::int32_t height = between(random, 1, shape.height);
    const std::int32_t width = between(random, 1, shape.width);
    const std::int32_t stride_height = between(random, 1, 3);
    const std::int32_t stride_width = between(random, 1, 3);
    const Shape pooled = pooled_shape(shape, height, width, stride_height, stride_width);
    Guarded<In> in(shape.size());
    Guarded<Out> out(pooled.size());
    const std::int32_t most = sizeof(Out) == 1 ? 3 : 255;
    for (std::int64_t i = 0; i < shape.size(); ++i) in[i] = static_cast<In>(between(random, 0, most));
    sum_pool<Tag>(shape, height, width, stride_height, stride_width, in.get(), out.get());
    CHECK(out.intact());
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < pooled.size(); ++i) {
        const std::int64_t c = i % pooled.channels;
        const std::int64_t x = i / pooled.channels % pooled.width;
        const std::int64_t y = i / pooled.channels / pooled.width;
        std::int64_t sum = 0;
        for (std::int64_t dy = 0; dy < height; ++dy) {
            for (std::int64_t dx = 0; dx < width; ++dx) {
                sum += in[((y * stride_height + dy) * shape.width + x * stride_width + dx) * shape.channels + c];
            }
        }
        wrong += out[i] != sum ? 1 : 0;
    }
    CHECK(wrong == 0);
}

template <class Tag, class In, class Out>
void check_join(Random& random, std::int64_t n) {
    Guarded<In> a(n);
    Guarded<In> b(n);
    Guarded<Out> out(n);
    const std::int32_t most = sizeof(Out) == 1 ? 127 : 16383;
    const std::int32_t least = std::is_signed_v<In> ? -most : 0;
    for (std::int64_t i = 0; i < n; ++i) {
        a[i] = static_cast<In>(between(random, least, most));
        b[i] = static_cast<In>(between(random, least, most));
    }
    add<Tag>(a.get(), b.get(), n, out.get());
    CHECK(out.intact());
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < n; ++i) wrong += out[i] != a[i] + b[i] ? 1 : 0;
    CHECK(wrong == 0);
}

}  // namespace

// The sets that the flags of this translation unit allow; Avx2Vnni has a build of its own.
#if defined(KERNELS_TEST_FEWER_SETS)  // for slow builds with sanitizers
#define KERNELS_TEST_TAGS Portable, Native
#elif INTAGLIO_HAS_AVX512_VNNI
#define KERNELS_TEST_TAGS Portable, simd::Avx2, simd::Avx512, simd::Avx512Vnni
#elif INTAGLIO_HAS_AVX512
#define KERNELS_TEST_TAGS Portable, simd::Avx2, simd::Avx512
#elif INTAGLIO_HAS_AVX2_VNNI
#define KERNELS_TEST_TAGS Portable, simd::Avx2, simd::Avx2Vnni
#elif INTAGLIO_HAS_AVX2
#define KERNELS_TEST_TAGS Portable, simd::Avx2
#else
#define KERNELS_TEST_TAGS Portable
#endif

TEST_CASE("kernels: the best instruction set of this build runs here") {
    CHECK(simd::supported(Native{}));
}

TEST_CASE_TEMPLATE("kernels: integer convolutions are exact", Tag, KERNELS_TEST_TAGS) {
    Random random(1);
    for (const ConvolutionExtents& e : swept_extents(random, 150)) {
        const bool extreme = between(random, 0, 2) == 0;
        check_convolution<Tag, Product::bytes>(e, random, extreme);
        check_convolution<Tag, Product::bytes_small>(e, random, extreme);
        check_convolution<Tag, Product::words>(e, random, extreme);
    }
}

TEST_CASE_TEMPLATE("kernels: real convolutions and their gradients", Tag, KERNELS_TEST_TAGS) {
    Random random(2);
    for (const ConvolutionExtents& e : swept_extents(random, 80)) {
        const std::int64_t images = e.macs() > 500'000 ? between(random, 1, 2) : between(random, 1, 20);
        check_real_convolution<Tag, float>(e, images, random);
        check_real_convolution<Tag, double>(e, images, random);
    }
}

TEST_CASE_TEMPLATE("kernels: weight gradients of integer codes", Tag, KERNELS_TEST_TAGS) {
    Random random(3);
    for (const ConvolutionExtents& e : swept_extents(random, 40)) {
        const std::int64_t images = between(random, 1, 4);
        check_gradient_of_codes<Tag, float, std::uint8_t>(e, images, random);
        check_gradient_of_codes<Tag, float, std::int16_t>(e, images, random);
        check_gradient_of_codes<Tag, double, std::uint8_t>(e, images, random);
    }
}

TEST_CASE_TEMPLATE("kernels: steps", Tag, KERNELS_TEST_TAGS) {
    Random random(4);
    for (const std::int32_t channels : {1, 3, 7, 8, 10, 16, 17, 31, 32, 33, 64, 70}) {
        for (const std::int64_t pixels : {0, 1, 3, 4, 9, 70}) {
            const std::int32_t levels = between(random, 0, 15);
            check_threshold_step<Tag, std::int32_t, std::uint8_t>(random, pixels, channels, levels);
            check_threshold_step<Tag, std::int32_t, std::int16_t>(random, pixels, channels, levels);
            check_threshold_step<Tag, std::int16_t, std::uint8_t>(random, pixels, channels, levels);
            check_threshold_step<Tag, std::uint8_t, std::int16_t>(random, pixels, channels, levels);
            check_dyadic_step<Tag, std::int32_t, std::uint8_t>(random, pixels, channels);
            check_dyadic_step<Tag, std::int32_t, std::int16_t>(random, pixels, channels);
            check_dyadic_step<Tag, std::int16_t, std::uint8_t>(random, pixels, channels);
            check_dyadic_step<Tag, std::uint8_t, std::int16_t>(random, pixels, channels);
        }
    }
    check_threshold_step<Tag, std::int32_t, std::int16_t>(random, 5, 20, 300);
}

TEST_CASE_TEMPLATE("kernels: statistics are exact", Tag, KERNELS_TEST_TAGS) {
    Random random(5);
    for (const std::int32_t channels : {1, 5, 8, 16, 17, 40}) {
        for (const std::int64_t pixels : {0, 1, 2, 100, 5000}) {
            check_statistics<Tag>(random, pixels, channels, false);
            check_statistics<Tag>(random, pixels, channels, true);
        }
    }
}

TEST_CASE("kernels: wide sums carry and merge") {
    Wide128 a{~std::uint64_t{0}, 1};
    a.add(2);
    CHECK(a == Wide128{1, 2});
    a.merge({~std::uint64_t{0}, 3});
    CHECK(a == Wide128{0, 6});
    a.add_shifted(std::uint64_t{3} << 32 | 7);
    CHECK(a == Wide128{std::uint64_t{7} << 32, 9});
}

TEST_CASE_TEMPLATE("kernels: pools and joins", Tag, KERNELS_TEST_TAGS) {
    Random random(6);
    for (int i = 0; i < 60; ++i) {
        check_pool<Tag, std::uint8_t, std::int16_t>(random);
        check_pool<Tag, std::uint8_t, std::uint8_t>(random);
        check_pool<Tag, std::uint8_t, std::int32_t>(random);
        check_pool<Tag, std::int16_t, std::int32_t>(random);
        check_pool<Tag, std::int32_t, std::int32_t>(random);
        const std::int64_t n = between(random, 0, 200);
        check_join<Tag, std::int16_t, std::int16_t>(random, n);
        check_join<Tag, std::int16_t, std::int32_t>(random, n);
        check_join<Tag, std::uint8_t, std::int16_t>(random, n);
    }
}
