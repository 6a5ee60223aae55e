// Every surrogate gradient against its formula, written here a second time as a sum over thresholds in double
// precision; its integral, symmetry, values by hand, vectors, extreme inputs and name.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/intaglio.hpp"
#include "intaglio/model/surrogates.hpp"
#include "intaglio/train/operations/quantize.hpp"
#include "intaglio/train/surrogates/surrogate_gradient.hpp"

namespace surrogate_test {

namespace {

using namespace intaglio;
using train::Staircase;
using train::SurrogateGradient;

constexpr Staircase act(std::int64_t states) {
    return {0, states - 1, states - 1};
}
constexpr Staircase sign{-1, 1, 1, 2};

const std::vector<Staircase> staircases{act(2),     act(3), act(4),        act(8),          act(16),  act(256),
                                        {-3, 3, 3}, sign,   {-7, 7, 7, 2}, {-127, 127, 16}, {5, 9, 4}};

/// One bump of area 1 around 0, where it ends, and what else a test must know of a surrogate.
template <class Surrogate>
struct Bump;
template <Alpha A, SurrogateForm Form>
struct Bump<SigmoidSum<A, Form>> {
    static constexpr double width = A.value;
    static constexpr double held = 1e-6 / A.value;  ///< what may be left where the derivative is held
    static constexpr double edge = 0;               ///< distance of a jump from the threshold; 0 if there is none
    static double at(double x) {
        const double s = 1 / (1 + std::exp(-x / A.value));
        return s * (1 - s) / A.value;
    }
};
template <Beta B>
struct Bump<SwishSign<B>> {
    static constexpr double width = 1 / B.value;
    static constexpr double held = 1e-8 * B.value;
    static constexpr double edge = 0;
    static double at(double x) {
        const double y = std::clamp(B.value * x, -300.0, 300.0);
        return B.value * (2 - y * std::tanh(y / 2)) / (1 + std::cosh(y)) / 2;
    }
};
template <Width W>
struct Bump<ArcTan<W>> {
    static constexpr double width = W.value;
    static constexpr double held = 0;
    static constexpr double edge = 0;
    static double at(double x) {
        const double g = W.value / 2;
        return g / (std::numbers::pi * (g * g + x * x));
    }
};
template <Width W>
struct Bump<Rectangle<W>> {
    static constexpr double width = W.value;
    static constexpr double held = 0;
    static constexpr double edge = W.value / 2;
    static double at(double x) { return -W.value / 2 <= x && x < W.value / 2 ? 1 / W.value : 0.0; }
};
template <Width W>
struct Bump<Triangle<W>> {
    static constexpr double width = W.value;
    static constexpr double held = 0;
    static constexpr double edge = 0;
    static double at(double x) { return std::fmax(0.0, 1 - std::fabs(x) / (W.value / 2)) / (W.value / 2); }
};

template <class Surrogate>
constexpr bool is_printed = false;
template <Alpha A>
constexpr bool is_printed<SigmoidSum<A, SurrogateForm::printed>> = true;

template <class Surrogate>
double expected(const Staircase& s, double x) {
    double sum = 0;
    for (std::int64_t code = s.lowest; code < s.highest; code += s.spacing) {
        const double threshold =
            (static_cast<double>(code) + static_cast<double>(s.spacing) / 2) / static_cast<double>(s.denominator);
        sum += Bump<Surrogate>::at(x - threshold);
    }
    return is_printed<Surrogate> ? sum : sum * static_cast<double>(s.spacing) / static_cast<double>(s.denominator);
}

/// Whether the derivative jumps within `distance` of x.
template <class Surrogate>
bool near_jump(const Staircase& s, double x, double distance) {
    if (Bump<Surrogate>::edge == 0) return false;
    for (std::int64_t m = 0; m < s.levels(); ++m) {
        const double off = std::fabs(std::fabs(x - s.threshold(m)) - Bump<Surrogate>::edge);
        if (off < distance) return true;
    }
    return false;
}

/// The highest sum of the bumps, which sets the scale of rounding errors.
template <class Surrogate>
double peak(const Staircase& s) {
    double highest = 0;
    for (std::int64_t m = 0; m < s.levels(); ++m) {
        highest = std::fmax(highest, std::fabs(expected<Surrogate>(s, s.threshold(m))));
    }
    return highest;
}

std::vector<float> points_around(const Staircase& s, double width) {
    std::vector<float> points;
    const double reach = std::fmin(4 * width, 8) + 0.5;
    for (int i = 0; i <= 500; ++i) {
        points.push_back(static_cast<float>(s.lowest_value() - reach +
                                            (s.highest_value() - s.lowest_value() + 2 * reach) * i / 500.0));
    }
    for (std::int64_t m = 0; m < s.levels(); ++m) {
        for (const double off : {-0.9, -0.3, 0.0, 0.2, 0.8}) {
            points.push_back(static_cast<float>(s.threshold(m) + off * width));
        }
    }
    while (points.size() % 64 != 0) points.push_back(0.25F);
    return points;
}

/// What the surrogate gives through the vectorised loop of training, of which every number is in a vector.
template <class Surrogate>
std::vector<float> vectorized(const SurrogateGradient<Surrogate>& derivative, const std::vector<float>& values) {
    const std::size_t n = values.size();
    REQUIRE(n % 64 == 0);
    const std::vector<std::int32_t> zeros(n);
    const std::vector<float> ones(n, 1.0F);
    const std::vector<float> slope(n);
    std::vector<float> result(n);
    train::detail::step_gradient(derivative, zeros.data(), ones.data(), 1, static_cast<std::int64_t>(n), slope.data(),
                                 values.data(), false, result.data());
    return result;
}

/// Integral over the whole line: x = middle + scale * tan(angle), midpoint rule.
template <class F>
double integral(const F& f, double middle, double scale) {
    constexpr int steps = 400'000;
    const double h = std::numbers::pi / steps;
    double sum = 0;
    for (int i = 0; i < steps; ++i) {
        const double angle = -std::numbers::pi / 2 + (i + 0.5) * h;
        const double tangent = std::tan(angle);
        sum += f(middle + scale * tangent) * (1 + tangent * tangent);
    }
    return sum * h * scale;
}

// clang-format off
struct Everything : intaglio::Network<intaglio::Features<16>, intaglio::Defaults<intaglio::QInt<4>, intaglio::BatchNorm>,
    Dense<Out<24>, Act<M_a{2}, SwishSign<Beta{2.5}>>>,
    Dense<Out<24>, Act<M_a{4}, ArcTan<>>>,
    Dense<Out<24>, Act<M_a{8}, Rectangle<Width{0.75}>>>,
    Dense<Out<24>, Act<M_a{16}, Triangle<>>>,
    Dense<Out<24>, Act<M_a{3}, UnclippedStraightThrough>>,
    Classifier<Out<2>>> {};
// clang-format on

}  // namespace

TEST_CASE("a network with five surrogates learns, and its signature names them") {
    const std::string signature = model_signature(facts<Everything>.view());
    for (const char* name : {"step SwishSign, beta 2.5,", "step arc tangent,", "step rectangle, width 0.75,",
                             "step triangle,", "step unclipped straight-through,"}) {
        INFO(name);
        CHECK(signature.find(name) != std::string::npos);
    }
    // The label says which half of the features is brighter.
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
    for (unsigned i = 0; i < 400; ++i) {
        for (unsigned k = 0; k < 16; ++k) {
            const bool bright = (k < 8) == (i % 2 == 0);
            pixels.push_back(static_cast<std::uint8_t>((i * 37 + k * 101 + i * k * 13) % 150 + (bright ? 100 : 0)));
        }
        labels.push_back(static_cast<std::uint8_t>(i % 2));
    }
    Training<Everything> training(50);
    Trainer<Everything> trainer(training, Samples{pixels, labels}, {.epochs = 8, .batch = 50});
    trainer.fit();
    trainer.reestimate_statistics();
    CHECK(evaluate(training, Samples{pixels, labels}).accuracy() > 0.95);
    CHECK(certify(training, lower(training)).proven());
}

TEST_CASE("staircase") {
    CHECK(sign.levels() == 1);
    CHECK(sign.threshold(0) == 0.0);
    CHECK(sign.rise() == 2.0);
    CHECK(sign.lowest_value() == -1.0);
    CHECK(act(4).levels() == 3);
    CHECK(act(4).threshold(0) == 0.5 / 3);
    CHECK(act(4).threshold(2) == 2.5 / 3);
    CHECK(act(4).rise() == 1.0 / 3);
    const Staircase odd{-3, 3, 3, 2};
    CHECK(odd.levels() == 3);
    CHECK(odd.threshold(0) == -2.0 / 3);
    CHECK(odd.threshold(1) == 0.0);
    CHECK(odd.threshold(2) == 2.0 / 3);
}

#define INTAGLIO_ALL_SUMS                                                                                         \
    SigmoidSum<>, SigmoidSum<Alpha{0.25}, SurrogateForm::printed>, SigmoidSum<Alpha{2}>, SigmoidSum<Alpha{0.01}>, \
        SwishSign<>, SwishSign<Beta{0.5}>, SwishSign<Beta{100}>, ArcTan<>, ArcTan<Width{0.05}>, ArcTan<Width{8}>, \
        Rectangle<>, Rectangle<Width{0.1}>, Rectangle<Width{0.001}>, Rectangle<Width{7}>, Triangle<>,             \
        Triangle<Width{0.3}>, Triangle<Width{0.002}>, Triangle<Width{9}>

TEST_CASE_TEMPLATE("a surrogate is the sum of its bumps, in doubles, floats and vectors", Surrogate,
                   INTAGLIO_ALL_SUMS) {
    for (const Staircase& s : staircases) {
        INFO(std::string(Surrogate::name) << " of " << s.lowest << " ... " << s.highest << " / " << s.denominator);
        const SurrogateGradient<Surrogate> derivative(s);
        const double width = Bump<Surrogate>::width;
        const double height = peak<Surrogate>(s);
        const double held =
            Bump<Surrogate>::held * static_cast<double>(s.levels()) * (is_printed<Surrogate> ? 1 : s.rise());
        // A float of the staircase's range is off by 1e-7 of it, which moves it along the slope of a bump.
        const double reach = std::fmax(std::fabs(s.lowest_value()), std::fabs(s.highest_value()));
        const double moved = 4e-7 * (reach + width);
        const double tolerance = height * (4e-6 + 4 * moved / width) + held;
        const std::vector<float> points = points_around(s, width);
        const std::vector<float> vectors = vectorized(derivative, points);
        double worst = 0;
        double worst_double = 0;
        int compared = 0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const auto x = static_cast<double>(points[i]);
            if (near_jump<Surrogate>(s, x, 2 * moved)) continue;
            ++compared;
            const double reference = expected<Surrogate>(s, x);
            worst_double = std::fmax(worst_double, std::fabs(derivative(x) - reference));
            worst = std::fmax(worst, std::fabs(static_cast<double>(derivative(points[i])) - reference));
            worst = std::fmax(worst, std::fabs(static_cast<double>(vectors[i]) - reference));
        }
        CHECK(compared > 400);
        CHECK(worst_double <= height * 1e-11 + held);
        CHECK(worst <= tolerance);
    }
}

TEST_CASE_TEMPLATE("a surrogate's integral is the height of the staircase", Surrogate, SigmoidSum<>,
                   SigmoidSum<Alpha{0.05}>, SwishSign<>, SwishSign<Beta{1}>, ArcTan<>, ArcTan<Width{0.2}>, Rectangle<>,
                   Rectangle<Width{0.2}>, Triangle<>, Triangle<Width{0.2}>) {
    for (const Staircase& s : {act(2), act(4), act(16), sign, Staircase{-3, 3, 3}, Staircase{-7, 7, 7, 2}}) {
        INFO(std::string(Surrogate::name) << " of " << s.lowest << " ... " << s.highest << " / " << s.denominator);
        const SurrogateGradient<Surrogate> derivative(s);
        // Sums of sigmoids are held far out and must not be integrated there.
        const double from = s.lowest_value() - 15 * Bump<Surrogate>::width;
        const double to = s.highest_value() + 15 * Bump<Surrogate>::width;
        const bool cut = Bump<Surrogate>::held > 0;
        const double found = integral([&](double x) { return cut && (x < from || x > to) ? 0.0 : derivative(x); },
                                      (s.lowest_value() + s.highest_value()) / 2, 1.0);
        CHECK(found == doctest::Approx(s.highest_value() - s.lowest_value()).epsilon(4e-5));
    }
}

TEST_CASE("a printed sum of sigmoids carries no factor") {
    using Printed = SigmoidSum<Alpha{0.25}, SurrogateForm::printed>;
    for (const Staircase& s : {act(2), act(8), sign, Staircase{-3, 3, 3}}) {
        const SurrogateGradient<Printed> printed(s);
        const SurrogateGradient<SigmoidSum<>> normalized(s);
        for (int i = -20; i <= 20; ++i) {
            const double x = i / 10.0;
            CHECK(normalized(x) == doctest::Approx(printed(x) * s.rise()).epsilon(1e-14));
        }
    }
}

TEST_CASE_TEMPLATE("a surrogate is symmetric about the middle of the staircase", Surrogate, SigmoidSum<>, SwishSign<>,
                   ArcTan<>, Rectangle<Width{0.4}>, Triangle<Width{0.4}>, StraightThrough, UnclippedStraightThrough) {
    for (const Staircase& s : {act(2), act(5), act(16), sign, Staircase{-3, 3, 3}}) {
        const SurrogateGradient<Surrogate> derivative(s);
        const double middle = (s.lowest_value() + s.highest_value()) / 2;
        for (int i = 0; i < 200; ++i) {
            const double off = (i + 0.37) / 71;  // never at the edge of a rectangle
            INFO(std::string(Surrogate::name) << " off " << off);
            CHECK(derivative(middle + off) == doctest::Approx(derivative(middle - off)).epsilon(1e-12));
        }
    }
}

TEST_CASE("values by hand") {
    const double pi = std::numbers::pi;
    SUBCASE("sign") {
        const SurrogateGradient<Triangle<>> triangle(sign);  // 2 - 2|x|
        CHECK(triangle(0.0) == 2.0);
        CHECK(triangle(0.25) == 1.5);
        CHECK(triangle(-0.75F) == 0.5F);
        CHECK(triangle(1.0) == 0.0);
        CHECK(triangle(-1.5) == 0.0);
        const SurrogateGradient<SwishSign<>> swish(sign);
        CHECK(swish(0.0) == doctest::Approx(5));  // beta * 2 / (1 + 1)
        CHECK(swish(0.2) == doctest::Approx(5 * (2 - std::tanh(0.5)) / (1 + std::cosh(1.0))));
        CHECK(std::fabs(swish(2.399357280520 / 5)) < 1e-9);  // y * tanh(y / 2) = 2
        CHECK(swish(0.6) < 0);
        const SurrogateGradient<ArcTan<>> arctan(sign);
        CHECK(arctan(0.0) == doctest::Approx(4 / pi));
        CHECK(arctan(0.5) == doctest::Approx(2 / pi));  // half the height at half the width
        CHECK(arctan(-1.5) == doctest::Approx(0.4 / pi));
        const SurrogateGradient<Rectangle<>> rectangle(sign);
        CHECK(rectangle(-0.5) == 2.0);
        CHECK(rectangle(0.49) == 2.0);
        CHECK(rectangle(0.5) == 0.0);
        CHECK(rectangle(-0.51F) == 0.0F);
        const SurrogateGradient<SigmoidSum<>> sigmoid(sign);
        CHECK(sigmoid(0.0) == doctest::Approx(2.0));  // 2 / (4 * 0.25)
        const SurrogateGradient<StraightThrough> clipped(sign);
        CHECK(clipped(0.99) == 1.0);
        CHECK(clipped(-0.99F) == 1.0F);
        CHECK(clipped(1.01) == 0.0);
        const SurrogateGradient<UnclippedStraightThrough> unclipped(sign);
        CHECK(unclipped(1e30F) == 1.0F);
        CHECK(unclipped(-0.3) == 1.0);
    }
    SUBCASE("four states: thresholds 1/6, 1/2, 5/6") {
        const SurrogateGradient<Rectangle<Width{1.0 / 3}>> rectangle(act(4));  // neighbours touch
        const SurrogateGradient<Triangle<Width{2.0 / 3}>> triangle(act(4));    // neighbours end at each other's top
        for (const double x : {0.01, 0.3, 0.34, 0.5, 0.99}) CHECK(rectangle(x) == doctest::Approx(1));
        for (const double x : {-0.01, 1.01}) CHECK(rectangle(x) == 0.0);
        for (const double x : {1.0 / 6, 0.3, 0.5, 0.61, 5.0 / 6}) CHECK(triangle(x) == doctest::Approx(1));
        CHECK(triangle(0.0) == doctest::Approx(0.5));
        CHECK(triangle(-1.0 / 12) == doctest::Approx(0.25));
        CHECK(triangle(-0.17) == 0.0);
        const SurrogateGradient<Rectangle<Width{1}>> wide(act(4));  // 1, 2, 3, 2, 1 thresholds at 1/3 each
        CHECK(wide(-0.2) == doctest::Approx(1.0 / 3));
        CHECK(wide(0.1) == doctest::Approx(2.0 / 3));
        CHECK(wide(0.5) == doctest::Approx(1));
        CHECK(wide(0.9) == doctest::Approx(2.0 / 3));
        CHECK(wide(1.2) == doctest::Approx(1.0 / 3));
        const SurrogateGradient<ArcTan<Width{1.0 / 3}>> arctan(act(4));
        CHECK(arctan(0.5) == doctest::Approx(2 / pi * (1 + 2.0 / 5)));
        const SurrogateGradient<SwishSign<Beta{300}>> swish(act(4));  // neighbours do not matter
        CHECK(swish(1.0 / 6) == doctest::Approx(300.0 / 6));
    }
}

TEST_CASE_TEMPLATE("no input makes a surrogate other than finite", Surrogate, SigmoidSum<>, SigmoidSum<Alpha{1e-6}>,
                   SigmoidSum<Alpha{1e6}>, SwishSign<>, SwishSign<Beta{1e-6}>, SwishSign<Beta{1e6}>, ArcTan<>,
                   ArcTan<Width{1e-6}>, ArcTan<Width{1e6}>, Rectangle<>, Rectangle<Width{1e-6}>, Rectangle<Width{1e6}>,
                   Triangle<>, Triangle<Width{1e-6}>, Triangle<Width{1e6}>, StraightThrough, UnclippedStraightThrough) {
    using Limits = std::numeric_limits<float>;
    for (const Staircase& s : {act(2), act(8), act(256), sign, Staircase{-127, 128, 1}}) {
        INFO(std::string(Surrogate::name) << " of " << s.lowest << " ... " << s.highest << " / " << s.denominator);
        const SurrogateGradient<Surrogate> derivative(s);
        std::vector<float> points;
        for (const float x : {0.0F, Limits::denorm_min(), Limits::min(), 1e-20F, 1e-6F, 0.5F, 3.0F, 90.0F, 1e4F, 1e10F,
                              1e20F, 1e30F, Limits::max(), Limits::infinity()}) {
            points.push_back(x);
            points.push_back(-x);
        }
        for (std::int64_t m = 0; m < s.levels(); ++m) points.push_back(static_cast<float>(s.threshold(m)));
        while (points.size() % 64 != 0) points.push_back(0.5F);
        const std::vector<float> vectors = vectorized(derivative, points);
        int wrong = 0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (!std::isfinite(derivative(points[i]))) ++wrong;
            if (!std::isfinite(derivative(static_cast<double>(points[i])))) ++wrong;
            if (!std::isfinite(vectors[i])) ++wrong;
        }
        CHECK(wrong == 0);
        CHECK(std::isfinite(derivative(1e300)));
        CHECK(std::isfinite(derivative(-1e300)));
    }
}

TEST_CASE("far from the staircase little is left") {
    const SurrogateGradient<SigmoidSum<>> sigmoid(act(8));
    const SurrogateGradient<SwishSign<>> swish(act(8));
    const SurrogateGradient<ArcTan<>> arctan(act(8));
    const SurrogateGradient<Rectangle<>> rectangle(act(8));
    const SurrogateGradient<Triangle<>> triangle(act(8));
    for (const float x : {-1e6F, 1e6F}) {
        CHECK(std::fabs(sigmoid(x)) < 2e-6F);
        CHECK(std::fabs(swish(x)) < 1e-7F);
        CHECK(std::fabs(arctan(x)) < 1e-11F);
        CHECK(rectangle(x) == 0.0F);
        CHECK(triangle(x) == 0.0F);
    }
}

TEST_CASE("sums over thresholds have room for 255 levels") {
    CHECK_NOTHROW(SurrogateGradient<SigmoidSum<>>({0, 255, 255}));
    CHECK_THROWS_WITH_AS(SurrogateGradient<SigmoidSum<>>({0, 256, 256}),
                         "surrogate gradient: the staircase has 256 levels, expected 1 to 255", std::invalid_argument);
    CHECK_THROWS_AS(SurrogateGradient<ArcTan<>>({3, 3, 1}), std::invalid_argument);
    // Those with a closed form have no limit.
    const SurrogateGradient<Triangle<>> triangle({-2048, 2047, 256});
    CHECK(triangle(0.0) == doctest::Approx(1.0));
}

TEST_CASE("names tell parameters apart") {
    const auto name = [](auto surrogate) { return std::string(decltype(surrogate)::name); };
    CHECK(name(SigmoidSum<>{}) == "sigmoid sum");
    CHECK(name(SigmoidSum<Alpha{0.25}, SurrogateForm::printed>{}) == "sigmoid sum as printed");
    CHECK(name(SigmoidSum<Alpha{0.5}>{}) == "sigmoid sum, alpha 0.5");
    CHECK(name(SigmoidSum<Alpha{0.125}, SurrogateForm::printed>{}) == "sigmoid sum as printed, alpha 0.125");
    CHECK(name(SwishSign<>{}) == "SwishSign");
    CHECK(name(SwishSign<Beta{10}>{}) == "SwishSign, beta 10");
    CHECK(name(ArcTan<>{}) == "arc tangent");
    CHECK(name(ArcTan<Width{2.05}>{}) == "arc tangent, width 2.05");
    CHECK(name(Rectangle<>{}) == "rectangle");
    CHECK(name(Rectangle<Width{1e-6}>{}) == "rectangle, width 0.000001");
    CHECK(name(Triangle<>{}) == "triangle");
    CHECK(name(ApproximateSign{}) == "triangle");
    CHECK(name(Triangle<Width{1.0 / 3}>{}) == "triangle, width 0x3fd5555555555555");  // not a short decimal fraction
    CHECK(name(Triangle<Width{123456}>{}) == "triangle, width 123456");
    CHECK(name(StraightThrough{}) == "straight-through");
    CHECK(name(UnclippedStraightThrough{}) == "unclipped straight-through");
}

TEST_CASE("impossible parameters are mistakes") {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
    static_assert(!SigmoidSum<>::problem().exists() && !SwishSign<>::problem().exists());
    static_assert(!ArcTan<>::problem().exists() && !Rectangle<>::problem().exists() && !Triangle<>::problem().exists());
    static_assert(Rectangle<Width{0}>::problem().kind == &parameter_of_surrogate_must_be_positive);
    static_assert(Triangle<Width{-1}>::problem().kind == &parameter_of_surrogate_must_be_positive);
    static_assert(ArcTan<Width{no_number}>::problem().kind == &parameter_of_surrogate_must_be_positive);
    static_assert(SigmoidSum<Alpha{-0.25}>::problem().kind == &parameter_of_surrogate_must_be_positive);
    static_assert(SwishSign<Beta{infinite}>::problem().kind ==
                  &parameter_of_surrogate_must_lie_within_1e_minus_6_and_1e6);
    static_assert(ArcTan<Width{1e-7}>::problem().kind == &parameter_of_surrogate_must_lie_within_1e_minus_6_and_1e6);
    static_assert(!surrogate_problem<StraightThrough>().exists());
    static_assert(surrogate_problem<Rectangle<Width{-2}>>().exists());
    CHECK(std::string(Rectangle<Width{-2}>::name) == "rectangle, width -2");
}

}  // namespace surrogate_test
