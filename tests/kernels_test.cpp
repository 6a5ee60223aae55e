// Every kernel against a naive reference: integers bit for bit and on every instruction set of this build, reals within
// rounding. Buffers have guard bytes behind them (or the address sanitizer's).
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/kernels/add.hpp"
#include "intaglio/kernels/pool.hpp"
#include "intaglio/kernels/product_kernels.hpp"
#include "intaglio/kernels/step.hpp"
#include "intaglio/kernels/training/convolution_backward.hpp"
#include "intaglio/kernels/training/statistics.hpp"
#include "intaglio/simd/simd.hpp"
#include "support/kernel_tools.hpp"
#include "support/product_checks.hpp"

namespace kernels_test {

namespace {

using namespace intaglio;
using namespace intaglio::kernels;
using namespace tools;
using intaglio::simd::Native;

/// What a kernel of small signed bytes adds to codes; 0 of another kernel.
template <class P>
inline constexpr std::int32_t offset_of = 0;
template <int Offset>
inline constexpr std::int32_t offset_of<SmallSignedByteProduct<Offset>> = Offset;

/// A random code whose products with all weights of -largest_weight ... largest_weight the product promises to get
/// right.
template <class P, class Code>
Code random_activation(Random& random, bool extreme, std::int32_t largest_weight) {
    if constexpr (std::is_same_v<P, SmallByteProduct> || offset_of < P >> 0) {
        const std::int32_t fits = 32767 / 2 / largest_weight - offset_of<P>;
        const std::int32_t most = offset_of<P> > 0 && fits >= offset_of<P> ? offset_of<P> - 1 : fits;
        return static_cast<Code>(extreme ? most : between(random, -offset_of<P>, most));
    } else if constexpr (sizeof(Code) == 1) {
        constexpr std::int32_t least = std::numeric_limits<Code>::min();
        constexpr std::int32_t most = std::numeric_limits<Code>::max();
        return static_cast<Code>(extreme ? (between(random, 0, 7) == 0 ? least : most) : between(random, least, most));
    } else {
        return static_cast<Code>(extreme ? (between(random, 0, 1) == 0 ? -2048 : 2047) : between(random, -2048, 2047));
    }
}

/// Sums that were handed on panel by panel, all together.
struct TakenPanels {
    std::int32_t channels;
    std::vector<std::int32_t> sums;
    std::int32_t next = 0;  ///< channel: each comes once, in turn

    static void take(const void* self, const SumPanel<std::int32_t>& panel) {
        auto& taken = *static_cast<TakenPanels*>(const_cast<void*>(self));
        CHECK(panel.first_channel == taken.next);
        CHECK(panel.channels <= panel.pitch);
        CHECK(panel.pixels * taken.channels == static_cast<std::int64_t>(taken.sums.size()));
        taken.next += panel.channels;
        for (std::int64_t p = 0; p < panel.pixels; ++p) {
            for (std::int32_t c = 0; c < panel.channels; ++c) {
                taken.sums[static_cast<std::size_t>(p * taken.channels + panel.first_channel + c)] =
                    panel.sums[p * panel.pitch + c];
            }
        }
    }
};

/// Panels of some rows of an image, and of three images at once, that is: of one with others around it.
template <class Set, class P, class Code>
void check_panels(const ConvolutionExtents& e, Random& random, Guarded<Code>& image, const std::byte* packed,
                  const std::vector<std::int64_t>& expected) {
    const std::int64_t row = std::int64_t{e.out.width} * e.out.channels;
    const auto check = [&](const Code* from, const RowBlock& block, std::int64_t first, std::int64_t first_expected) {
        const std::int64_t pixels = std::int64_t{block.images} * block.rows * e.out.width;
        Guarded<std::int32_t> sums(pixels * P::template panel_channels<Set>(e));
        Guarded<std::byte> workspace(P::template workspace_bytes<Set, Code>(e, block.rows) *
                                     static_cast<std::size_t>(block.images));
        TakenPanels taken{e.out.channels, std::vector<std::int32_t>(static_cast<std::size_t>(pixels * e.out.channels))};
        P::template multiply_panels<Set>(
            e, from, block, packed, {.sums = sums.get(), .take = &TakenPanels::take, .taker = &taken}, workspace.get());
        CHECK(sums.intact());
        CHECK(workspace.intact());
        CHECK(taken.next == e.out.channels);
        // The same without panels.
        Guarded<std::int32_t> all(pixels * e.out.channels);
        P::template multiply_panels<Set>(e, from, block, packed, {.sums = all.get()}, workspace.get());
        CHECK(all.intact());
        std::int64_t wrong = 0;
        for (std::int64_t i = 0; i < pixels * e.out.channels; ++i) {
            wrong += all[i] != taken.sums[static_cast<std::size_t>(i)] ? 1 : 0;
        }
        for (std::int64_t i = 0; i < block.rows * row; ++i) {
            wrong += all[first + i] != expected[static_cast<std::size_t>(first_expected + i)] ? 1 : 0;
        }
        CHECK(wrong == 0);
    };
    const std::int32_t first = between(random, 0, e.out.height - 1);
    check(image.get(), {.first_row = first, .rows = between(random, 1, e.out.height - first)}, 0, first * row);
    Guarded<Code> images(e.in.size() * 3);
    for (std::int64_t i = 0; i < e.in.size(); ++i) {
        images[i] = image[e.in.size() - 1 - i];
        images[e.in.size() + i] = images[2 * e.in.size() + i] = image[i];
    }
    check(images.get(), {.images = 3, .rows = e.out.height}, e.out.size(), 0);
    check(images.get(), {.images = 3, .rows = e.out.height}, 2 * e.out.size(), 0);
}

template <class Set, class P, class Code = typename P::Code>
void check_convolution(ConvolutionExtents e, Random& random, bool extreme) {
    if (std::is_signed_v<Code> && between(random, 0, 1) == 0) e.padding_code = -e.padding_code;
    INFO(simd::name(Set{}), ", product of ", P::name, ", ", describe(e));
    Guarded<Code> image(e.in.size());
    Guarded<std::int8_t> weights(e.weights());
    const bool negative = between(random, 0, 1) == 0;
    // Offset 128 leaves room for weights of 64.
    const bool few = offset_of<P> == 128;
    const std::int32_t largest = few ? 64 : between(random, 127, 128);
    const std::int32_t most = few ? 64 : 127;
    if (offset_of<P> == 64) {  // and 64 for codes of seven bits
        e.padding_code %= 64;
        for (std::int32_t& code : e.padding_codes.code.data) code %= 64;
    }
    CHECK((offset_of<P> == 0 || kernels::is_legal<P, Set>({.extents = e,
                                                           .storage = Storage::int8,
                                                           .codes = {-offset_of<P>, offset_of<P> - 1},
                                                           .weight_codes = {-largest, most}})));
    for (std::int64_t i = 0; i < e.in.size(); ++i) image[i] = random_activation<P, Code>(random, extreme, largest);
    for (std::int64_t i = 0; i < e.weights(); ++i) {
        weights[i] = static_cast<std::int8_t>(extreme ? (negative ? -largest : most) : between(random, -largest, most));
    }
    const std::vector<std::int64_t> expected = naive_sums(e, image, weights);

    Guarded<std::byte> packed(P::template weight_bytes<Set>(e));
    pack_and_check<Set, P>(e, weights, packed);

    const auto run = [&](auto... arguments) {
        // Where the caller says what kind the extents are, less is compiled: once is enough.
        if constexpr (std::is_same_v<P, ByteProduct> && std::is_same_v<Set, Native>) {
            if (grouping_of(e) == Grouping::depthwise) {
                P::template multiply_rows<Set, Grouping::depthwise>(e, arguments...);
            } else if (grouping_of(e) == Grouping::mixed) {
                P::template multiply_rows<Set, Grouping::mixed>(e, arguments...);
            } else {
                P::template multiply_rows<Set, Grouping::any>(e, arguments...);
            }
        } else {
            P::template multiply_rows<Set, Grouping::any>(e, arguments...);
        }
    };
    // The whole image at once, then in blocks of rows.
    for (const std::int32_t block : {e.out.height, std::int32_t{1}, between(random, 1, e.out.height)}) {
        std::int64_t wrong = 0;
        for (std::int32_t row = 0; row < e.out.height; row += block) {
            const std::int32_t rows = row + block < e.out.height ? block : e.out.height - row;
            const std::int64_t size = std::int64_t{rows} * e.out.width * e.out.channels;
            Guarded<std::int32_t> accumulators(size);
            Guarded<std::byte> workspace(P::template workspace_bytes<Set, Code>(e, block));
            run(image.get(), row, rows, packed.get(), accumulators.get(), workspace.get());
            CHECK(accumulators.intact());
            CHECK(workspace.intact());
            for (std::int64_t i = 0; i < size; ++i) {
                const std::int64_t at = std::int64_t{row} * e.out.width * e.out.channels + i;
                wrong += accumulators[i] != expected[static_cast<std::size_t>(at)] ? 1 : 0;
            }
        }
        CHECK(wrong == 0);
    }
    if constexpr (MultipliesPanels<P, Set, Code>) {
        if (grouping_of(e) == Grouping::mixed) check_panels<Set, P, Code>(e, random, image, packed.get(), expected);
    }
}

/// |difference| within a multiple of the rounding of the sum of magnitudes.
template <class Real>
bool close(Real value, double expected, double magnitude) {
    const double tolerance = std::is_same_v<Real, float> ? 1e-5 : 1e-12;
    return std::abs(static_cast<double>(value) - expected) <= tolerance * magnitude;
}

template <class Set, class Real>
void check_real_convolution(const ConvolutionExtents& e, std::int64_t images, Random& random) {
    INFO(simd::name(Set{}), ", ", sizeof(Real), " bytes, ", images, " images, ", describe(e));
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
            const double code = i < 0 ? e.padding_code_of(-1 - i) : static_cast<double>(x[image * in + i]);
            const double weight = weights[w];
            const double d = dout[image * out + o];
            forward[static_cast<std::size_t>(image * out + o)].add(code * weight);
            if (i >= 0) backward[static_cast<std::size_t>(image * in + i)].add(d * weight);
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
        Guarded<std::byte> packed(packed_float_bytes<Set, Real>(e));
        Guarded<std::byte> workspace(float_workspace_bytes<Set, Real>(e));
        Guarded<Real> result(out * images);
        pack_float<Set, Real>(e, weights.get(), packed.get());
        convolve_float<Set, Real>(e, x.get(), images, packed.get(), result.get(), workspace.get());
        CHECK(packed.intact());
        CHECK(workspace.intact());
        CHECK(result.intact());
        CHECK(differences(result, forward) == 0);
    }
    {
        Guarded<std::byte> packed(packed_transposed_bytes<Set, Real>(e));
        Guarded<std::byte> workspace(input_gradient_workspace_bytes<Set, Real>(e));
        Guarded<Real> din(in * images);
        pack_transposed<Set, Real>(e, weights.get(), packed.get());
        input_gradient<Set, Real>(e, dout.get(), packed.get(), din.get(), workspace.get(), images);
        CHECK(packed.intact());
        CHECK(workspace.intact());
        CHECK(din.intact());
        CHECK(differences(din, backward) == 0);
        // One image at a time.
        for (std::int64_t i = 0; i < images; ++i) {
            Guarded<Real> one(in);
            input_gradient<Set, Real>(e, dout.get() + i * out, packed.get(), one.get(), workspace.get());
            CHECK(one.intact());
            std::memcpy(din.get() + i * in, one.get(), static_cast<std::size_t>(in) * sizeof(Real));
        }
        CHECK(differences(din, backward) == 0);
    }
    Guarded<std::byte> workspace(weight_gradient_workspace_bytes<Set, Real>(e));
    Guarded<Real> dweights(e.weights());
    Guarded<Real> again(e.weights());
    for (std::int64_t i = 0; i < e.weights(); ++i) dweights[i] = again[i] = Real(0.5);
    weight_gradient<Set, Real>(e, x.get(), dout.get(), images, dweights.get(), workspace.get());
    CHECK(workspace.intact());
    CHECK(dweights.intact());
    CHECK(differences(dweights, gradient) == 0);
    weight_gradient<Set, Real>(e, x.get(), dout.get(), images, again.get(), workspace.get());
    CHECK(std::memcmp(dweights.get(), again.get(), dweights.size() * sizeof(Real)) == 0);
}

/// Codes of another type give the same gradient, bit for bit, as the same numbers as reals.
template <class Set, class Real, class Code>
void check_gradient_of_codes(const ConvolutionExtents& e, std::int64_t images, Random& random) {
    INFO(simd::name(Set{}), ", ", images, " images, ", describe(e));
    std::uniform_real_distribution<Real> real(-1, 1);
    Guarded<Code> codes(e.in.size() * images);
    Guarded<Real> reals(e.in.size() * images);
    Guarded<Real> dout(e.out.size() * images);
    for (std::int64_t i = 0; i < e.in.size() * images; ++i) {
        constexpr bool integer = std::numeric_limits<Code>::is_integer;
        codes[i] = static_cast<Code>(
            between(random, integer ? static_cast<std::int32_t>(std::numeric_limits<Code>::min()) : -9,
                    integer ? static_cast<std::int32_t>(std::numeric_limits<Code>::max()) : 9));
        reals[i] = static_cast<Real>(codes[i]);
    }
    for (std::int64_t i = 0; i < e.out.size() * images; ++i) dout[i] = real(random);
    Guarded<std::byte> workspace(weight_gradient_workspace_bytes<Set, Real>(e));
    Guarded<Real> from_codes(e.weights());
    Guarded<Real> from_reals(e.weights());
    for (std::int64_t i = 0; i < e.weights(); ++i) from_codes[i] = from_reals[i] = Real{0};
    weight_gradient<Set, Real>(e, codes.get(), dout.get(), images, from_codes.get(), workspace.get());
    weight_gradient<Set, Real>(e, reals.get(), dout.get(), images, from_reals.get(), workspace.get());
    CHECK(workspace.intact());
    CHECK(from_codes.intact());
    CHECK(std::memcmp(from_codes.get(), from_reals.get(), from_codes.size() * sizeof(Real)) == 0);
}

/// A step of some channels, whose values lie by themselves: their codes are those of a step of all, and no other is
/// written. Calls `step(values, places, codes)`.
template <class In, class Out, class Step>
void check_some_channels(Random& random, std::int64_t pixels, std::int32_t channels, const Guarded<In>& values,
                         const Guarded<Out>& codes, const Step& step) {
    if (channels < 2) return;
    const std::int32_t first = between(random, 1, channels - 1);
    const std::int32_t count = between(random, 1, channels - first);
    const std::int32_t pitch = count + between(random, 0, 3);
    Guarded<In> some(pixels * pitch);
    Guarded<Out> some_codes(pixels * channels);
    const std::int64_t before = some_codes.size() > 0 ? std::int64_t{some_codes[0]} : 0;
    for (std::int64_t p = 0; p < pixels; ++p) {
        for (std::int32_t c = 0; c < count; ++c) some[p * pitch + c] = values[p * channels + first + c];
    }
    step(some.get(), StepChannels{channels, first, count, pitch}, some_codes.get());
    CHECK(some_codes.intact());
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        const bool within = i % channels >= first && i % channels < first + count;
        wrong += some_codes[i] != (within ? std::int64_t{codes[i]} : before) ? 1 : 0;
    }
    CHECK(wrong == 0);
}

template <class Set, class In, class Out>
void check_threshold_step(Random& random, std::int64_t pixels, std::int32_t channels, std::int32_t levels) {
    INFO(simd::name(Set{}), ", ", pixels, " pixels, ", channels, " channels, ", levels, " levels");
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
    threshold_step<Set>(values.get(), pixels, channels, levels, thresholds.get(), flip.get(), lowest, codes.get());
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
    check_some_channels(random, pixels, channels, values, codes,
                        [&](const In* some, const StepChannels& places, Out* to) {
                            threshold_step<Set>(some, pixels, places, levels, thresholds.get(), flip.get(), lowest, to);
                        });
}

template <class Set, class In, class Out>
void check_dyadic_step(Random& random, std::int64_t pixels, std::int32_t channels) {
    INFO(simd::name(Set{}), ", ", pixels, " pixels, ", channels, " channels");
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
    const std::int32_t lowest = !std::is_signed_v<Out> ? 2 : sizeof(Out) == 1 ? -128 : -2048;
    const std::int32_t highest = !std::is_signed_v<Out> ? 250 : sizeof(Out) == 1 ? 127 : 2047;
    dyadic_step<Set>(values.get(), pixels, channels, multiplier.get(), addend.get(), shift.get(), lowest, highest,
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
    check_some_channels(
        random, pixels, channels, values, codes, [&](const In* some, const StepChannels& places, Out* to) {
            dyadic_step<Set>(some, pixels, places, multiplier.get(), addend.get(), shift.get(), lowest, highest, to);
        });
}

template <class Set>
void check_statistics(Random& random, std::int64_t pixels, std::int32_t channels, bool extreme) {
    INFO(simd::name(Set{}), ", ", pixels, " pixels, ", channels, " channels");
    constexpr std::int32_t limit = std::numeric_limits<std::int32_t>::max();
    Guarded<std::int32_t> values(pixels * channels);
    Guarded<std::int64_t> sum(std::int64_t{channels});
    Guarded<Wide128> squares(std::int64_t{channels});
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        values[i] = extreme ? (between(random, 0, 1) == 0 ? -limit : limit) : between(random, -limit, limit);
    }
    std::vector<std::int64_t> expected_sum(static_cast<std::size_t>(channels));
    std::vector<Wide128> expected_squares(static_cast<std::size_t>(channels));
    for (std::int32_t c = 0; c < channels; ++c) {
        sum[c] = expected_sum[static_cast<std::size_t>(c)] = between(random, -limit, limit);
        squares[c] = expected_squares[static_cast<std::size_t>(c)] = {~std::uint64_t{0}, 5};
    }
    for (std::int64_t i = 0; i < pixels * channels; ++i) {
        const auto c = static_cast<std::size_t>(i % channels);
        expected_sum[c] += values[i];
        expected_squares[c].add(static_cast<std::uint64_t>(std::int64_t{values[i]} * values[i]));
    }
    accumulate_statistics(Set{}, values.get(), pixels, channels, sum.get(), squares.get());
    CHECK(sum.intact());
    CHECK(squares.intact());
    std::int64_t wrong = 0;
    for (std::int32_t c = 0; c < channels; ++c) {
        const auto index = static_cast<std::size_t>(c);
        wrong += sum[c] != expected_sum[index] ? 1 : 0;
        wrong += squares[c] != expected_squares[index] ? 1 : 0;
    }
    CHECK(wrong == 0);
}

template <class Set, class In, class Out>
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
    const std::int32_t least = std::is_signed_v<In> ? -most : 0;
    for (std::int64_t i = 0; i < shape.size(); ++i) {
        in[i] = static_cast<In>(between(random, least, sizeof(In) == 1 && most > 127 ? 127 : most));
    }
    sum_pool<Set>(shape, height, width, stride_height, stride_width, in.get(), out.get());
    CHECK(out.intact());
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < pooled.size(); ++i) {
        const std::int64_t c = i % pooled.channels;
        const std::int64_t x = i / pooled.channels % pooled.width;
        const std::int64_t y = i / pooled.channels / pooled.width;
        std::int64_t sum = 0;
        for (std::int64_t dy = 0; dy < height; ++dy) {
            for (std::int64_t dx = 0; dx < width; ++dx) {
                const std::int64_t pixel = (y * stride_height + dy) * shape.width + x * stride_width + dx;
                sum += static_cast<std::int64_t>(in[pixel * shape.channels + c]);
            }
        }
        wrong += static_cast<std::int64_t>(out[i]) != sum ? 1 : 0;
    }
    CHECK(wrong == 0);
}

template <class Set, class In, class Out>
void check_join(Random& random, std::int64_t n) {
    Guarded<In> a(n);
    Guarded<In> b(n);
    Guarded<Out> out(n);
    const std::int32_t most = sizeof(Out) == 1 ? (std::is_signed_v<Out> ? 63 : 127) : sizeof(In) == 1 ? 127 : 16383;
    const std::int32_t least = std::is_signed_v<In> ? -most : 0;
    for (std::int64_t i = 0; i < n; ++i) {
        a[i] = static_cast<In>(between(random, least, most));
        b[i] = static_cast<In>(between(random, least, most));
    }
    add<Set>(a.get(), b.get(), n, out.get());
    CHECK(out.intact());
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t sum = static_cast<std::int64_t>(a[i]) + static_cast<std::int64_t>(b[i]);
        wrong += static_cast<std::int64_t>(out[i]) != sum ? 1 : 0;
    }
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("kernels: integer convolutions are exact", Set, KERNELS_TEST_TAGS) {
    Random random(1);
    for (const ConvolutionExtents& e : swept_extents(random, 150)) {
        const bool extreme = between(random, 0, 2) == 0;
        check_convolution<Set, ByteProduct>(e, random, extreme);
        check_convolution<Set, SmallByteProduct>(e, random, extreme);
        if constexpr (has_byte_dot_product(Set{})) check_convolution<Set, SignedByteProduct>(e, random, extreme);
        check_convolution<Set, SmallSignedByteProduct<64>>(e, random, extreme);
        check_convolution<Set, SmallSignedByteProduct<128>>(e, random, extreme);
        check_convolution<Set, WordProduct>(e, random, extreme);
        check_convolution<Set, WordProduct, std::int8_t>(e, random, extreme);
        check_convolution<Set, WordProduct, std::uint8_t>(e, random, extreme);
    }
}

TEST_CASE_TEMPLATE("kernels: real convolutions and their gradients", Set, KERNELS_TEST_TAGS) {
    Random random(2);
    for (const ConvolutionExtents& e : swept_extents(random, 80)) {
        const std::int64_t images = e.macs() > 500'000 ? between(random, 1, 2) : between(random, 1, 20);
        check_real_convolution<Set, float>(e, images, random);
        check_real_convolution<Set, double>(e, images, random);
    }
}

TEST_CASE_TEMPLATE("kernels: convolutions with a padding of its own on every side", Set, KERNELS_TEST_TAGS) {
    Random random(7);
    for (std::int32_t sides = 0; sides < 81; ++sides) {
        for (const std::int32_t groups : {1, 2, 6}) {
            ConvolutionExtents e{.in = {5, 6, 6},
                                 .out = {1, 1, 6},
                                 .kernel_height = 3,
                                 .kernel_width = 3,
                                 .stride_height = between(random, 1, 2),
                                 .stride_width = between(random, 1, 2),
                                 .padding_height = sides % 3,
                                 .padding_width = sides / 3 % 3,
                                 .dilation = between(random, 1, 2),
                                 .groups = groups,
                                 .padding_code = between(random, 0, 127)};
            e = complete(e, sides / 9 % 3, sides / 27);
            check_convolution<Set, ByteProduct>(e, random, false);
            check_convolution<Set, SmallSignedByteProduct<128>>(e, random, false);
            check_convolution<Set, WordProduct>(e, random, false);
            check_real_convolution<Set, float>(e, 2, random);
        }
    }
}

TEST_CASE_TEMPLATE("kernels: weight gradients of codes of other types", Set, KERNELS_TEST_TAGS) {
    Random random(3);
    for (const ConvolutionExtents& e : swept_extents(random, 40)) {
        const std::int64_t images = between(random, 1, 4);
        check_gradient_of_codes<Set, float, std::uint8_t>(e, images, random);
        check_gradient_of_codes<Set, float, std::int8_t>(e, images, random);
        check_gradient_of_codes<Set, float, std::int16_t>(e, images, random);
        check_gradient_of_codes<Set, float, std::int32_t>(e, images, random);
        check_gradient_of_codes<Set, double, float>(e, images, random);
        check_gradient_of_codes<Set, double, std::uint8_t>(e, images, random);
    }
}

TEST_CASE_TEMPLATE("kernels: steps", Set, KERNELS_TEST_TAGS) {
    Random random(4);
    for (const std::int32_t channels : {1, 3, 7, 8, 10, 16, 17, 31, 32, 33, 64, 70}) {
        for (const std::int64_t pixels : {0, 1, 3, 4, 9, 70}) {
            const std::int32_t levels = between(random, 0, 15);
            check_threshold_step<Set, std::int32_t, std::uint8_t>(random, pixels, channels, levels);
            check_threshold_step<Set, std::int32_t, std::int16_t>(random, pixels, channels, levels);
            check_threshold_step<Set, std::int16_t, std::uint8_t>(random, pixels, channels, levels);
            check_threshold_step<Set, std::uint8_t, std::int16_t>(random, pixels, channels, levels);
            check_threshold_step<Set, std::int32_t, std::int8_t>(random, pixels, channels, levels);
            check_threshold_step<Set, std::int8_t, std::int8_t>(random, pixels, channels, levels);
            check_dyadic_step<Set, std::int32_t, std::uint8_t>(random, pixels, channels);
            check_dyadic_step<Set, std::int32_t, std::int16_t>(random, pixels, channels);
            check_dyadic_step<Set, std::int16_t, std::uint8_t>(random, pixels, channels);
            check_dyadic_step<Set, std::uint8_t, std::int16_t>(random, pixels, channels);
            check_dyadic_step<Set, std::int32_t, std::int8_t>(random, pixels, channels);
            check_dyadic_step<Set, std::int8_t, std::int8_t>(random, pixels, channels);
        }
    }
    check_threshold_step<Set, std::int32_t, std::int16_t>(random, 5, 20, 300);
}

TEST_CASE_TEMPLATE("kernels: statistics are exact", Set, KERNELS_TEST_TAGS) {
    Random random(5);
    for (const std::int32_t channels : {1, 5, 8, 16, 17, 40}) {
        for (const std::int64_t pixels : {0, 1, 2, 100, 5000}) {
            check_statistics<Set>(random, pixels, channels, false);
            check_statistics<Set>(random, pixels, channels, true);
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

TEST_CASE_TEMPLATE("kernels: pools and joins", Set, KERNELS_TEST_TAGS) {
    Random random(6);
    for (int i = 0; i < 60; ++i) {
        check_pool<Set, std::uint8_t, std::int16_t>(random);
        check_pool<Set, std::uint8_t, std::uint8_t>(random);
        check_pool<Set, std::uint8_t, std::int32_t>(random);
        check_pool<Set, std::int8_t, std::int8_t>(random);
        check_pool<Set, std::int8_t, std::int16_t>(random);
        check_pool<Set, std::int16_t, std::int32_t>(random);
        check_pool<Set, std::int32_t, std::int32_t>(random);
        check_pool<Set, float, float>(random);
        check_pool<Set, std::uint8_t, float>(random);
        const std::int64_t n = between(random, 0, 200);
        check_join<Set, std::int8_t, std::int8_t>(random, n);
        check_join<Set, std::int8_t, std::int16_t>(random, n);
        check_join<Set, std::int16_t, std::int16_t>(random, n);
        check_join<Set, std::int16_t, std::int32_t>(random, n);
        check_join<Set, std::uint8_t, std::int16_t>(random, n);
        check_join<Set, float, float>(random, n);
    }
}

}  // namespace kernels_test
