// Steps are rounded half up exactly where the real value is a ratio of integers: averages, activations without a norm,
// gains and biases of few bits. Every expected code is computed in integers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/model/network.hpp"
#include "intaglio/report/model_facts.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/steps/steps.hpp"

namespace exact_steps_test {

namespace {

using namespace intaglio;
using train::Affine;
using Wide = __int128;

Wide floor_quotient(Wide a, Wide b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t clamped(Wide code, CodeRange codes) {
    return static_cast<std::int64_t>(std::clamp<Wide>(code, codes.lowest, codes.highest));
}

/// The code of a step by multiplier and shift; its sum must fit 64 bits.
std::int64_t code_of(const train::Dyadic& step, std::int64_t accumulator, CodeRange codes) {
    const Wide sum = Wide{accumulator} * step.multiplier + step.addend;
    if (sum != static_cast<std::int64_t>(sum)) FAIL("the kernel's 64 bits overflow");
    return clamped(sum >> step.shift, codes);
}

/// The code of a step by thresholds, of every accumulator.
struct Thresholds {
    Thresholds(const Affine& affine, CodeRange accumulator, CodeRange codes, std::int64_t denominator,
               std::int64_t code_spacing = 1)
        : lowest(codes.lowest), values(static_cast<std::size_t>(codes.states() - 1)) {
        train::make_thresholds(affine, accumulator, codes, denominator, values.data(), 1, flip, code_spacing);
    }
    [[nodiscard]] std::int64_t code(std::int64_t accumulator) const {
        std::int64_t code = lowest;
        for (const std::int32_t t : values) code += (accumulator ^ flip) >= t ? 1 : 0;
        return code;
    }

    std::int64_t lowest;
    std::vector<std::int32_t> values;
    std::int32_t flip = 0;
};

/// The average of `count` codes: floor((2 sum + n) / (2 n)).
std::int64_t average(std::int64_t sum, std::int64_t count) {
    return static_cast<std::int64_t>(floor_quotient(2 * Wide{sum} + count, 2 * Wide{count}));
}

train::Dyadic average_step(CodeRange codes, std::int64_t denominator, std::int64_t count, int bits = 31) {
    return train::make_dyadic(train::norm_affine(1, 0, 0, 1, denominator * count),
                              {codes.lowest * count, codes.highest * count}, codes, denominator, bits);
}

/// Number of sums next to the border of two codes, on both sides, whose average is not the exact one.
std::int64_t wrong_borders(const train::Dyadic& step, CodeRange codes, std::int64_t count) {
    std::int64_t wrong = 0;
    for (std::int64_t code = codes.lowest; code < codes.highest; ++code) {
        // The first sum of code + 1.
        const auto first = static_cast<std::int64_t>(-floor_quotient(-(2 * Wide{code} + 1) * count, 2));
        wrong += code_of(step, first, codes) != code + 1 ? 1 : 0;
        wrong += code_of(step, first - 1, codes) != code ? 1 : 0;
    }
    return wrong;
}

/// Runs random images through training's evaluation, and checks every step without a norm against integer arithmetic.
/// Returns the number of ties.
template <class Net>
std::int64_t check_steps_without_norm(unsigned seed) {
    using Pixel = typename Training<Net>::Pixel;
    constexpr std::int64_t images = 64;
    constexpr CodeRange codes = facts<Net>.value(0).codes;
    std::mt19937 random(seed);
    Training<Net> training(images);
    for (float& p : training.parameters()) p = static_cast<float>(static_cast<int>(random() % 7) - 3);
    training.parameters_changed();
    std::vector<Pixel> pixels(static_cast<std::size_t>(images * Training<Net>::pixels));
    const auto states = static_cast<unsigned>(codes.states());
    for (Pixel& p : pixels) p = static_cast<Pixel>(codes.lowest + static_cast<std::int64_t>(random() % states));
    // The first image is uniform.
    std::fill_n(pixels.begin(), Training<Net>::pixels, static_cast<Pixel>(codes.highest));
    training.forward(pixels.data(), images, train::Statistics::running);
    std::int64_t ties = 0;
    std::int64_t steps = 0;
    for (const Row& row : facts<Net>.rows) {
        const Value& in = facts<Net>.value(row.input);
        const Value& out = facts<Net>.value(row.output);
        if (row.steps == 0 || in.norm_row != none) continue;
        std::vector<std::int64_t> from;
        std::vector<std::int64_t> to;
        const auto copy = [&](std::int32_t value, std::vector<std::int64_t>& all) {
            training.visit(value, [&](const auto* first) {
                const std::int64_t count = images * facts<Net>.value(value).shape.size();
                for (std::int64_t i = 0; i < count; ++i) all.push_back(static_cast<std::int64_t>(first[i]));
            });
        };
        copy(row.input, from);
        copy(row.output, to);
        std::int64_t wrong = 0;
        for (std::size_t i = 0; i < from.size(); ++i) {
            // Neighbouring codes lie code_spacing apart, the lowest is one of them.
            const Wide divisor = 2 * Wide{in.denominator} * row.code_spacing;
            const Wide dividend = 2 * (Wide{out.denominator} * from[i] - Wide{row.codes.lowest} * in.denominator) +
                                  Wide{in.denominator} * row.code_spacing;
            ties += dividend % divisor == 0 ? 1 : 0;
            const Wide code = row.codes.lowest + row.code_spacing * floor_quotient(dividend, divisor);
            wrong += clamped(code, row.codes) != to[i] ? 1 : 0;
        }
        INFO("step from / " << in.denominator << " to / " << out.denominator);
        CHECK(wrong == 0);
        ++steps;
    }
    CHECK(steps > 0);
    const auto network = lower(training);
    const Certificate certificate = certify(training, network);
    CHECK(certificate.proven());
    CHECK(certificate.largest_distance == doctest::Approx(0.5).epsilon(1e-9));
    return ties;
}

using Plain = Defaults<QInt<8>, NoWeightStandardization, NoNorm, Act<M_a{4}>>;
template <class... Layers>
struct Small : Network<Image<2, 8, 8>, Plain, Layers..., Classifier<Out<3>>> {};
struct Wide31 : Network<Image<2, 8, 8>, Defaults<QInt<8>, Act<M_a{200}>>, Conv<Out<4>>, Classifier<Out<3>>> {};
struct Wide15
    : Network<Image<2, 8, 8>, Defaults<QInt<8>, Act<M_a{200}>, MultiplierBits<15>>, Conv<Out<4>>, Classifier<Out<3>>> {
};
struct Narrow
    : Network<Image<2, 8, 8>, Defaults<QInt<8>, NoWeightStandardization, NoNorm, Act<M_a{4}>, MultiplierBits<15>>,
              Conv<Out<4>>, AvgPool<2>, Activate<Act<M_a{31}>>, AvgPool<2, Requantize>, Classifier<Out<3>>> {};

}  // namespace

TEST_CASE("networks without norms: every step is rounded half up") {
    std::int64_t ties = 0;
    ties += check_steps_without_norm<Small<Conv<Kernel<1>, Out<4>>, AvgPool<2>, Activate<>>>(1);
    ties += check_steps_without_norm<Small<Conv<Out<4>, Act<M_a{256}>>, AvgPool<2, Requantize>, Conv<Out<4>>>>(2);
    ties += check_steps_without_norm<Small<Conv<Out<4>, Act<M_a{2}>>, AvgPool<8>, Activate<Act<M_a{23}>>>>(3);
    ties += check_steps_without_norm<
        Small<Conv<Out<4>, Act<M_a{3}>>, Residual<Sequence<Conv<Out<4>>>, AvgPool<1>, BranchGrid<QInt<8>, Range{4}>>,
              Activate<>>>(4);
    ties +=
        check_steps_without_norm<Small<Conv<Out<4>, Act<M_a{2}>>, AvgPool<8>,
                                       Residual<Identity, Identity, BranchGrid<QInt<6>>>, Activate<Act<M_a{25}>>>>(5);
    ties += check_steps_without_norm<
        Small<Conv<Out<4>, Act<M_a{5}>>, Multiply<Identity, Sequence<AvgPool<whole_image, Requantize>>>, Activate<>>>(
        6);
    ties += check_steps_without_norm<Small<Conv<Out<4>, Sign<>>, AvgPool<2>, Activate<Sign<>>>>(7);
    ties +=
        check_steps_without_norm<Small<Conv<Out<4>, SignedAct<M_a{63}>>, AvgPool<4>, Activate<SignedAct<M_a{9}>>>>(8);
    ties += check_steps_without_norm<Small<Conv<DoReFa<4>, Out<4>, Act<M_a{256}>>, AvgPool<2, Requantize>>>(9);
    ties += check_steps_without_norm<
        Small<AvgPool<4, Requantize>, Conv<Out<4>>, Concat<AvgPool<2>, AvgPool<2>>, Activate<Act<M_a{40}>>>>(10);
    ties += check_steps_without_norm<Narrow>(11);
    CHECK(ties > 1000);
}

TEST_CASE("the bits of multipliers: in the rows, the signature, the facts table, and the model") {
    const auto bits = []<class Net>(Net) {
        const Training<Net> training(1);
        std::vector<int> all;
        for (const RowNumbers& row : lower(training).rows) {
            std::int64_t largest = 0;
            for (const std::int32_t m : row.multipliers) largest = std::max(largest, std::abs(std::int64_t{m}));
            if (largest > 0) all.push_back(CodeRange{0, largest}.bits());
        }
        return all;
    };
    CHECK(bits(Wide31{}) == std::vector<int>{31, 31});
    CHECK(bits(Wide15{}) == std::vector<int>{15, 15});
    static_assert(facts<Wide31>.rows[2].scale.precision == 31 && facts<Wide15>.rows[2].scale.precision == 15);
    CHECK(model_signature(facts<Wide31>.view()) != model_signature(facts<Wide15>.view()));
    CHECK(model_signature(facts<Wide15>.view()).find("multipliers of 15 bits") != std::string::npos);
    std::ostringstream wide;
    std::ostringstream narrow;
    facts_table(layer_facts(facts<Wide31>.view())).print(wide);
    facts_table(layer_facts(facts<Wide15>.view())).print(narrow);
    CHECK(wide.str().find("multipliers") == std::string::npos);
    CHECK(narrow.str().find("multipliers of 15 bits") != std::string::npos);
}

TEST_CASE("averages of 16-bit signals in a network") {
    struct Signal3 : Network<Signal<1, 12, Int16>, Defaults<QInt<8>>, AvgPool1d<3, Requantize>, Classifier<Out<2>>> {};
    struct Signal7 : Network<Signal<2, 21, Int16>, Defaults<QInt<8>>, AvgPool1d<7, Requantize>, Classifier<Out<2>>> {};
    check_steps_without_norm<Signal3>(1);
    check_steps_without_norm<Signal7>(2);
}

TEST_CASE("averages of 8-bit codes: every sum of every window up to 300, and of some larger ones") {
    std::vector<std::int64_t> counts{512, 729, 1009, 1024, 50176};
    for (std::int64_t n = 1; n <= 300; ++n) counts.push_back(n);
    for (const std::int64_t n : counts) {
        for (const CodeRange codes : {CodeRange{0, 255}, CodeRange{-128, 127}}) {
            const train::Dyadic step = average_step(codes, 255, n);
            std::int64_t wrong = 0;
            for (std::int64_t sum = codes.lowest * n; sum <= codes.highest * n; ++sum) {
                wrong += code_of(step, sum, codes) != average(sum, n) ? 1 : 0;
            }
            INFO("window of " << n);
            CHECK(wrong == 0);
        }
    }
}

TEST_CASE("averages: both sides of every border, 8 and 16 bits, up to the largest window") {
    std::mt19937_64 random(1);
    const auto check = [](CodeRange codes, std::int64_t denominator, std::int64_t n) {
        INFO("codes " << codes.lowest << " ... " << codes.highest << ", window of " << n);
        CHECK(wrong_borders(average_step(codes, denominator, n), codes, n) == 0);
    };
    for (std::int64_t side = 1; side <= 32; ++side) {
        check({-32768, 32767}, 32768, side * side);
        check({-32768, 32767}, 32768, side * (side + 1));
    }
    for (const std::int64_t n : {3, 5, 6, 7, 11, 13, 1021, 1023, 16383, 16384, 22050, 32749, 32767, 32768}) {
        check({-32768, 32767}, 32768, n);
    }
    for (const CodeRange codes : {CodeRange{0, 255}, CodeRange{-128, 127}, CodeRange{0, 16}, CodeRange{-2047, 2047}}) {
        const std::int64_t largest = (INT32_MAX - 2) / (codes.states() - 1);
        for (const std::int64_t n : {largest, largest - 1, largest - 2, largest / 2, largest / 2 + 1})
            check(codes, 255, n);
        for (int draw = 0; draw < 300; ++draw) {
            check(codes, 255, 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(largest)));
        }
    }
    // Fewer bits are exact as far as the documentation says.
    for (std::int64_t n = 1; n * 255 + 2 < 1 << 15; ++n)
        CHECK(wrong_borders(average_step({0, 255}, 255, n, 15), {0, 255}, n) == 0);
    for (std::int64_t n = 1; n <= 1 << 20; n *= 2)
        CHECK(wrong_borders(average_step({0, 255}, 255, n, 15), {0, 255}, n) == 0);
    CHECK(wrong_borders(average_step({-32768, 32767}, 32768, 3, 15), {-32768, 32767}, 3) > 1000);
}

TEST_CASE("without a norm, or with a gain and a bias of few bits: every accumulator, thresholds and multipliers") {
    std::mt19937_64 random(2);
    const auto below = [&](std::int64_t n) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    std::int64_t ties = 0;
    std::int64_t by_multiplier = 0;
    for (int repetition = 0; repetition < 4000; ++repetition) {
        // 3 codes over 4 pixels; 255 codes under weights of 127; a product of two branches ...
        const std::int64_t in = (repetition % 3 == 0   ? 1 + below(12)
                                 : repetition % 3 == 1 ? 255 * (1 + below(127))
                                                       : (1 + below(255)) * (1 + below(255))) *
                                (repetition % 2 == 0 ? 1 : (1 + below(8)) * (1 + below(8)));
        const std::int64_t out = repetition % 5 == 0 ? 1 + below(300) : (std::int64_t{1} << (1 + below(8))) - 1;
        const CodeRange codes = repetition % 7 == 0 ? CodeRange{-out, out} : CodeRange{0, out};
        // gain = g / 2^shift, bias = b / 4
        const std::int64_t shift = repetition % 4 < 2 ? 0 : below(6);
        const std::int64_t g =
            repetition % 4 < 2 ? 1 : (below(2) == 0 ? 1 : -1) * (repetition % 4 == 2 ? 1 : 1 + below(5));
        const std::int64_t b = repetition % 4 == 0 ? 0 : below(9) - 4;
        const Affine affine = train::norm_affine(std::ldexp(static_cast<double>(g), static_cast<int>(-shift)),
                                                 static_cast<double>(b) / 4, 0, 1, in);
        const std::int64_t reach = std::min<std::int64_t>(3 * in * (std::int64_t{1} << shift), 1'000'000'000);
        const CodeRange range{-reach, reach};
        const auto expected = [&](std::int64_t a) {
            // out (g a / (2^shift in) + b / 4) + 1/2, over 4 in 2^shift
            const Wide divisor = Wide{4} * in << shift;
            const Wide dividend = Wide{4} * out * g * a + ((Wide{out} * b * in) << shift) + divisor / 2;
            ties += dividend % divisor == 0 ? 1 : 0;
            return clamped(floor_quotient(dividend, divisor), codes);
        };
        std::int64_t wrong = 0;
        if (codes.states() <= 16) {
            const Thresholds step(affine, range, codes, out);
            for (std::int64_t a = -reach; a <= reach; a += 1 + reach / 1000)
                wrong += step.code(a) != expected(a) ? 1 : 0;
            // Both sides of every threshold.
            for (std::int32_t t : step.values) {
                for (const std::int64_t a : {std::int64_t{t ^ step.flip}, std::int64_t{(t - 1) ^ step.flip}}) {
                    if (range.contains(a)) wrong += step.code(a) != expected(a) ? 1 : 0;
                }
            }
        } else {
            ++by_multiplier;
            const train::Dyadic step = train::make_dyadic(affine, range, codes, out);
            for (std::int64_t code = codes.lowest; code < codes.highest; ++code) {
                // Around the accumulator of this border: out (g a / ...) + out b / 4 + 1/2 = code + 1.
                const long double position =
                    (static_cast<long double>(code) + 0.5L - 0.25L * static_cast<long double>(out * b)) /
                    static_cast<long double>(out * g) * static_cast<long double>(in << shift);
                for (std::int64_t a = std::llround(position) - 2; a <= std::llround(position) + 2; ++a) {
                    if (range.contains(a)) wrong += code_of(step, a, codes) != expected(a) ? 1 : 0;
                }
            }
        }
        INFO("codes " << codes.lowest << " ... " << codes.highest << " / " << out << ", accumulators / " << in
                      << ", gain " << g << " / 2^" << shift << ", bias " << b << " / 4");
        CHECK(wrong == 0);
    }
    CHECK(ties > 50'000);
    CHECK(by_multiplier > 500);
}

TEST_CASE("thresholds of any slope and offset: exact next to a tie") {
    std::mt19937_64 random(3);
    const auto below = [&](std::int64_t n) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    std::int64_t near = 0;
    for (int repetition = 0; repetition < 20000; ++repetition) {
        // slope = s 2^-50 / in, offset = o 2^-40: the exact value is a ratio of integers below 2^127.
        const std::int64_t in = 1 + below(40000);
        const std::int64_t out = 1 + below(15);
        const std::int64_t s = (below(2) == 0 ? 1 : -1) * (1 + below(std::int64_t{1} << 53));
        const std::int64_t middle = 2 * below(out) + 1;
        const std::int64_t at = below(2'000'000) - 1'000'000;
        // The offset at which the middle lies next to this accumulator, and its neighbours.
        const double slope = std::ldexp(static_cast<double>(s), -50);
        const auto ideal = static_cast<std::int64_t>(std::llround(std::ldexp(
            static_cast<long double>(middle) / static_cast<long double>(2 * out) -
                static_cast<long double>(slope) * static_cast<long double>(at) / static_cast<long double>(in),
            40)));
        const std::int64_t o = ideal + below(3) - 1;
        if (std::abs(o) >= std::int64_t{1} << 53) continue;
        const Affine affine{slope / static_cast<double>(in), std::ldexp(static_cast<double>(o), -40), slope, in};
        const Thresholds step(affine, {-2'000'000, 2'000'000}, {0, out}, out);
        for (std::int64_t a = at - 1; a <= at + 1; ++a) {
            const Wide value = Wide{s} * a + (Wide{o} * in << 10);  // over 2^50 in
            const Wide dividend = 2 * out * value + (Wide{in} << 50);
            const std::int64_t expected = clamped(floor_quotient(dividend, Wide{in} << 51), {0, out});
            CHECK(step.code(a) == expected);
            // Closer to the border than a double would tell.
            const Wide rest = dividend - (Wide{in} << 51) * (middle / 2 + 1);
            near += rest < (Wide{in} << 12) && rest > -(Wide{in} << 12) ? 1 : 0;
        }
    }
    CHECK(near > 1000);
    // Signs share one middle at 0.
    CHECK(Thresholds({1e-300, 0}, {-9, 9}, {-1, 1}, 1, 2).code(0) == 1);
    CHECK(Thresholds({1e-300, 0}, {-9, 9}, {-1, 1}, 1, 2).code(-1) == -1);
    CHECK(Thresholds({-1e300, 0}, {-9, 9}, {-1, 1}, 1, 2).code(0) == 1);
    CHECK(Thresholds({-1e300, 0}, {-9, 9}, {-1, 1}, 1, 2).code(1) == -1);
    CHECK(Thresholds({1e300, 5e-324}, {-9, 9}, {-1, 1}, 1, 2).code(0) == 1);
    CHECK(Thresholds({1, -5e-324}, {-9, 9}, {-1, 1}, 1, 2).code(0) == -1);
}

TEST_CASE("256 states behind a norm of large mean: 31 bits, and 15, against exact thresholds") {
    std::mt19937 random(4);
    std::normal_distribution<double> normal;
    constexpr CodeRange codes{0, 255};
    double share31 = 0;
    double share15 = 0;
    std::int64_t widest = 0;
    constexpr int channels = 200;
    for (int repetition = 0; repetition < channels; ++repetition) {
        const std::int64_t in = 255 * 127;
        const double deviation = std::exp(normal(random));
        const double mean = deviation * (repetition % 2 == 0 ? 1 : -1) * std::exp2(repetition % 12);
        const Affine affine = train::norm_affine(normal(random) / 4, 0.5 + 0.2 * normal(random), mean, deviation, in);
        const CodeRange range{-1'000'000'000, 1'000'000'000};
        const Thresholds exact(affine, range, codes, 255);
        const std::int64_t first = exact.flip == 0 ? exact.values.front() : -std::int64_t{exact.values.back()};
        const std::int64_t last = exact.flip == 0 ? exact.values.back() : -std::int64_t{exact.values.front()};
        if (last - first < 256) continue;
        const auto count = [&](int bits) {
            const train::Dyadic step = train::make_dyadic(affine, range, codes, 255, bits);
            // Accumulators between a border of the exact function and that of the multiplier.
            std::int64_t different = 0;
            const auto differs = [&](std::int64_t u) {
                const std::int64_t a = u ^ exact.flip;
                if (!range.contains(a)) return false;
                const std::int64_t by = std::abs(code_of(step, a, codes) - exact.code(a));
                widest = std::max(widest, by);
                return by != 0;
            };
            for (const std::int32_t t : exact.values) {
                for (std::int64_t u = t; differs(u); ++u) ++different;
                for (std::int64_t u = std::int64_t{t} - 1; differs(u); --u) ++different;
            }
            return static_cast<double>(different) / static_cast<double>(last - first);
        };
        share31 += count(31) / channels;
        share15 += count(15) / channels;
    }
    INFO("codes that differ from the rounded real value: " << share31 << " with 31 bits, " << share15 << " with 15");
    CHECK(widest <= 1);
    CHECK(share31 < 1e-6);
    CHECK(share15 < 4e-3);
    CHECK(share15 > 1e-4);
}

TEST_CASE("numbers of a norm that are not finite are found, each of them") {
    for (const double bad : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
        CHECK_THROWS_AS(train::norm_affine(bad, 0, 0, 1, 3), std::runtime_error);
        CHECK_THROWS_AS(train::norm_affine(1, bad, 0, 1, 3), std::runtime_error);
        CHECK_THROWS_AS(train::norm_affine(1, 0, bad, 1, 3), std::runtime_error);
        CHECK_THROWS_AS(train::norm_affine(0, 0, bad, 1, 3), std::runtime_error);
        CHECK_THROWS_AS(train::norm_affine(1, 0, 0, bad, 3), std::runtime_error);
    }
    CHECK_NOTHROW(train::norm_affine(1, 0, 0, 1, 3));
}

}  // namespace exact_steps_test
