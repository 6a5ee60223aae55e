// Gradients of single operators: finite differences in double precision, and the identities of the papers' digest
// (2.3 norms, 2.4 standardisation, 1.5 share of non-zero weights, 1.6 surrogates). Whole networks: program_test.cpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "intaglio/kernels/training/convolution_backward.hpp"
#include "intaglio/simd/simd.hpp"
#include "intaglio/train/loop/loss.hpp"
#include "intaglio/train/operations/norm_gradient.hpp"
#include "intaglio/train/operations/quantize.hpp"
#include "intaglio/train/program/aligned_vector.hpp"
#include "intaglio/train/surrogates/surrogate_gradient.hpp"
#include "intaglio/train/weights/weight_quantization.hpp"

namespace gradient_test {

namespace {

using namespace intaglio;
using Vector = std::vector<double>;

Vector random_vector(std::size_t n, std::mt19937& random, double scale = 1, double offset = 0) {
    std::normal_distribution<double> normal(offset, scale);
    Vector result(n);
    for (double& x : result) x = normal(random);
    return result;
}
double dot(const Vector& a, const Vector& b) {
    REQUIRE(a.size() == b.size());
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}
double norm(const Vector& a) {
    return std::sqrt(dot(a, a));
}

/// The gradient of f at x against central differences for each element. With h = 1e-5 and values of size 1 the
/// differences are good to about h^2 + 1e-16 / h = 1e-10; 1e-7 leaves room for values of size 30 and strong bends.
void check_gradient(const std::function<double(const Vector&)>& f, Vector x, const Vector& gradient, double h = 1e-5) {
    REQUIRE(x.size() == gradient.size());
    const double tolerance = 1e-7 * (1 + norm(gradient));
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double kept = x[i];
        x[i] = kept + h;
        const double above = f(x);
        x[i] = kept - h;
        const double below = f(x);
        x[i] = kept;
        INFO("element " << i << ": gradient " << gradient[i]);
        CHECK(std::fabs((above - below) / (2 * h) - gradient[i]) <= tolerance);
    }
}

struct NormProblem {
    bool shared;
    bool one_gain;
    std::size_t channels;
    std::int64_t denominator;
    double epsilon;

    [[nodiscard]] std::size_t sets() const { return shared ? 1 : channels; }
    void moments(const Vector& a, Vector& mean, Vector& deviation) const {
        mean.assign(sets(), 0);
        deviation.assign(sets(), 0);
        const auto d = static_cast<double>(denominator);
        for (std::size_t s = 0; s < sets(); ++s) {
            const double n = static_cast<double>(a.size() / sets());
            for (std::size_t i = s; i < a.size(); i += sets()) mean[s] += a[i] / d / n;
            for (std::size_t i = s; i < a.size(); i += sets()) deviation[s] += std::pow(a[i] / d - mean[s], 2) / n;
            deviation[s] = std::sqrt(deviation[s] + epsilon);
        }
    }
    [[nodiscard]] Vector forward(const Vector& a, const Vector& gain, const Vector& bias) const {
        Vector mean, deviation, y(a.size());
        moments(a, mean, deviation);
        for (std::size_t i = 0; i < a.size(); ++i) {
            const std::size_t c = i % channels;
            const std::size_t s = shared ? 0 : c;
            y[i] =
                gain[one_gain ? 0 : c] * (a[i] / static_cast<double>(denominator) - mean[s]) / deviation[s] + bias[c];
        }
        return y;
    }
    struct Gradients {
        Vector a, gain, bias;
    };
    /// Through the functions of the library. Its gradient is with respect to a / denominator.
    [[nodiscard]] Gradients backward(const Vector& a, const Vector& dy, const Vector& gain, bool add) const {
        Vector mean, deviation;
        moments(a, mean, deviation);
        const auto n = static_cast<std::int64_t>(channels);
        const auto pixels = static_cast<std::int64_t>(a.size() / channels);
        std::vector<train::GradientSums> sums(channels);
        Vector rows(2 * channels), gain_gradient(channels), bias_gradient(channels), scale, constant, slope;
        train::add_gradient_sums(dy.data(), a.data(), pixels, n, rows.data(), rows.data() + n, sums.data());
        std::vector<train::NormGradient> coefficients(channels);
        train::norm_gradients(shared, n, pixels, denominator, sums.data(), mean.data(), deviation.data(), gain.data(),
                              one_gain, gain_gradient.data(), bias_gradient.data(), coefficients.data());
        for (const train::NormGradient& c : coefficients) {
            scale.push_back(c.scale);
            constant.push_back(c.constant);
            slope.push_back(c.slope);
        }
        Vector da(a.size(), add ? 1.0 : 0.0);
        train::apply_norm_gradient(dy.data(), a.data(), pixels, n, scale.data(), constant.data(), slope.data(), add,
                                   da.data());
        if (add) {
            for (double& x : da) x -= 1.0;
        }
        if (one_gain) {
            double sum = 0;
            for (const double g : gain_gradient) sum += g;
            gain_gradient = {sum};
        }
        return {da, gain_gradient, bias_gradient};
    }
};

/// What a step's surrogate gives for one number, through the vectorised loop of training.
template <class Surrogate>
std::vector<float> step_gradient(const train::SurrogateGradient<Surrogate>& derivative,
                                 const std::vector<float>& values) {
    const std::size_t n = values.size();
    const std::vector<std::int32_t> zeros(n);
    const std::vector<float> ones(n, 1.0F);
    const std::vector<float> slope(n);
    std::vector<float> result(n);
    train::detail::step_gradient(derivative, zeros.data(), ones.data(), 1, static_cast<std::int64_t>(n), slope.data(),
                                 values.data(), false, result.data());
    return result;
}

/// Integral by Simpson's rule.
template <class F>
double integral(const F& f, double from, double to, int steps) {
    const double h = (to - from) / steps;
    double sum = f(from) + f(to);
    for (int i = 1; i < steps; ++i) sum += (i % 2 == 0 ? 2 : 4) * f(from + i * h);
    return sum * h / 3;
}
double density(double x) {
    return std::exp(-x * x / 2) / std::sqrt(2 * 3.14159265358979323846);
}

template <int States>
void check_surrogate(double printed_peak, double peak_digit, double printed_square, double square_digit,
                     double normalized_square) {
    INFO("M_a " << States);
    const train::SurrogateGradient<SigmoidSum<Alpha{0.25}, SurrogateForm::printed>> printed(
        {0, States - 1, States - 1});
    const train::SurrogateGradient<SigmoidSum<>> normalized({0, States - 1, States - 1});
    // Tails beyond 15 widths hold less than 1e-6 of each sigmoid; the integration stops there.
    const double low = -15 * 0.25;
    const double high = 1 + 15 * 0.25;
    CHECK(integral(normalized, low, high, 4000) == doctest::Approx(1).epsilon(1e-6));
    CHECK(integral(printed, low, high, 4000) == doctest::Approx(States - 1).epsilon(1e-6));
    double peak = 0;
    for (int i = 0; i <= 1000; ++i) peak = std::max(peak, printed(i / 1000.0));
    CHECK(std::fabs(peak - printed_peak) <= peak_digit);
    const auto square = [](const auto& g) {
        return integral([&](double x) { return g(x) * g(x) * density(x); }, -10, 10, 8000);
    };
    CHECK(std::fabs(square(printed) - printed_square) <= square_digit);
    CHECK(std::fabs(square(normalized) - normalized_square) <= 0.0005);
    // The antiderivative is a sum of sigmoids, from 0 to 1.
    const auto staircase = [](double x) {
        double sum = 0;
        for (int m = 1; m < States; ++m) sum += 1 / (1 + std::exp(-(x - (m - 0.5) / (States - 1)) / 0.25));
        return sum / (States - 1);
    };
    std::vector<float> points;
    for (int i = -40; i <= 60; ++i) points.push_back(static_cast<float>(i) / 20.0F);
    const std::vector<float> vectorized = step_gradient(normalized, points);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double x = static_cast<double>(points[i]);
        const double h = 1e-5;
        const double found = normalized(x);
        INFO("at " << x);
        CHECK(std::fabs((staircase(x + h) - staircase(x - h)) / (2 * h) - found) < 1e-9);
        CHECK(printed(x) == doctest::Approx(found * (States - 1)).epsilon(1e-14));
        // Single precision in scalars and in vectors; the exponent, up to 12, costs some of it.
        CHECK(static_cast<double>(normalized(points[i])) == doctest::Approx(found).epsilon(4e-6));
        CHECK(static_cast<double>(vectorized[i]) == doctest::Approx(found).epsilon(4e-6));
    }
}

}  // namespace

TEST_CASE("norms: gradients agree with finite differences, sums vanish") {
    std::mt19937 random(1);
    for (const bool shared : {false, true}) {
        for (const bool one_gain : {false, true}) {
            for (const std::int64_t denominator : {1, 7}) {
                for (const std::size_t pixels : {2UL, 9UL, 70UL}) {
                    INFO("shared " << shared << ", one gain " << one_gain << ", pixels " << pixels);
                    const NormProblem p{shared, one_gain, 3, denominator, 1e-5};
                    const Vector a = random_vector(pixels * 3, random, 2.0 * static_cast<double>(denominator), 1.5);
                    const Vector dy = random_vector(a.size(), random);
                    Vector gain = random_vector(one_gain ? 1 : 3, random);
                    if (!one_gain) gain[1] = 0;
                    const Vector bias = random_vector(3, random);
                    const NormProblem::Gradients g = p.backward(a, dy, gain, false);
                    CHECK(norm(p.backward(a, dy, gain, true).a) == doctest::Approx(norm(g.a)).epsilon(1e-12));
                    Vector with_respect_to_a = g.a;
                    for (double& x : with_respect_to_a) x /= static_cast<double>(denominator);
                    check_gradient([&](const Vector& x) { return dot(dy, p.forward(x, gain, bias)); }, a,
                                   with_respect_to_a);
                    check_gradient([&](const Vector& x) { return dot(dy, p.forward(a, x, bias)); }, gain, g.gain);
                    check_gradient([&](const Vector& x) { return dot(dy, p.forward(a, gain, x)); }, bias, g.bias);
                }
            }
        }
    }
}

TEST_CASE("norms: the gradient is orthogonal to ones and to the normalised values") {
    std::mt19937 random(2);
    for (const bool shared : {false, true}) {
        const NormProblem p{shared, false, 4, 3, 0};  // exact for epsilon 0
        const Vector a = random_vector(400, random, 5, 2);
        const Vector dy = random_vector(400, random);
        const Vector gain = random_vector(4, random);
        const NormProblem::Gradients g = p.backward(a, dy, gain, false);
        Vector mean, deviation;
        p.moments(a, mean, deviation);
        for (std::size_t s = 0; s < p.sets(); ++s) {
            double sum = 0;
            double correlation = 0;
            for (std::size_t i = s; i < a.size(); i += p.sets()) {
                sum += g.a[i];
                correlation += g.a[i] * (a[i] / 3 - mean[s]) / deviation[s];
            }
            CHECK(std::fabs(sum) < 1e-12 * norm(g.a) * 20);
            CHECK(std::fabs(correlation) < 1e-12 * norm(g.a) * 20);
        }
        CHECK(norm(g.a) > 1);
    }
}

namespace {

kernels::Wide128 wide(unsigned __int128 number) {
    return {static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(number >> 64)};
}

}  // namespace

TEST_CASE("numbers of 128 bits are those of the compiler") {
    std::mt19937_64 random(9);
    // Numbers of any length, of random bits, and next to a power of two.
    const auto any = [&] {
        const auto length = static_cast<int>(random() % 128);
        unsigned __int128 number = static_cast<unsigned __int128>(random()) << 64 | random();
        number >>= length;
        const unsigned __int128 power = static_cast<unsigned __int128>(1) << (127 - length);
        return random() % 4 == 0 ? power + random() % 3 - 1 : number;
    };
    for (int repetition = 0; repetition < 200000; ++repetition) {
        const unsigned __int128 a = any();
        const unsigned __int128 b = any();
        const auto x = static_cast<std::uint64_t>(a);
        const auto y = static_cast<std::uint64_t>(b);
        kernels::Wide128 sum = wide(a);
        sum.add(y);
        kernels::Wide128 shifted = wide(a);
        shifted.add_shifted(y);
        kernels::Wide128 merged = wide(a);
        merged.merge(wide(b));
        kernels::Wide128 difference = wide(a);
        difference.subtract(wide(b));
        const bool good = sum == wide(a + y) && shifted == wide(a + (static_cast<unsigned __int128>(y) << 32)) &&
                          merged == wide(a + b) && difference == wide(a - b) &&
                          kernels::wide_product(x, y) == wide(static_cast<unsigned __int128>(x) * y) &&
                          kernels::wide_product(wide(a), y) == wide(a * y) &&
                          train::nearest_double(wide(a)) == static_cast<double>(a);
        if (!good) FAIL("numbers ", x, " and ", y, " (low halves), repetition ", repetition);
    }
    // Halfway between two doubles, and one beside it on either side: 53 bits, then 100...0.
    for (int exponent = 1; exponent <= 75; ++exponent) {
        for (const std::uint64_t leading :
             {std::uint64_t{1} << 52, (std::uint64_t{1} << 52) + 1, (std::uint64_t{1} << 53) - 1}) {
            for (const int beside : {-1, 0, 1}) {
                const unsigned __int128 tie = ((static_cast<unsigned __int128>(leading) << 1) + 1) << (exponent - 1);
                const unsigned __int128 number = tie + static_cast<unsigned __int128>(static_cast<__int128>(beside));
                CHECK(train::nearest_double(wide(number)) == static_cast<double>(number));
            }
        }
    }
    CHECK(train::nearest_double({}) == 0);
    CHECK(train::nearest_double({~std::uint64_t{0}, ~std::uint64_t{0}}) == std::ldexp(1.0, 128));
}

TEST_CASE("statistics are exact and merge in any order") {
    std::mt19937 random(3);
    std::uniform_int_distribution<std::int64_t> any(-2147483647, 2147483647);
    for (int repetition = 0; repetition < 50; ++repetition) {
        const int count = 1 + static_cast<int>(random() % 300);
        train::IntegerStatistics parts[3];
        train::IntegerStatistics all;
        __int128 sum = 0;
        unsigned __int128 squares = 0;
        std::vector<std::int64_t> values;
        const std::int64_t offset = repetition % 2 == 0 ? 0 : 2147480000;  // nothing may cancel
        for (int i = 0; i < count; ++i) {
            const std::int64_t x = repetition % 2 == 0 ? any(random) : offset + any(random) % 1000;
            values.push_back(x);
            sum += x;
            squares += static_cast<unsigned __int128>(static_cast<__int128>(x) * x);
            const train::IntegerStatistics one{1, x, {static_cast<std::uint64_t>(x * x), 0}};
            parts[random() % 3].merge(one);
            all.merge(one);
        }
        train::IntegerStatistics merged = parts[2];
        merged.merge(parts[0]);
        merged.merge(parts[1]);
        CHECK(merged.count == count);
        CHECK(static_cast<__int128>(merged.sum) == sum);
        CHECK(merged.squares == wide(squares));
        CHECK(merged.mean() == all.mean());
        CHECK(merged.variance() == all.variance());
        // The numerator of the variance as an exact integer.
        const long double n = count;
        const __int128 numerator = static_cast<__int128>(squares) * count - sum * sum;
        CHECK(merged.variance() ==
              doctest::Approx(static_cast<double>(static_cast<long double>(numerator) / n / n)).epsilon(1e-15));
        CHECK(merged.mean() == doctest::Approx(static_cast<double>(static_cast<long double>(sum) / n)).epsilon(1e-15));
        CHECK((numerator != 0) == (merged.variance() > 0));
    }
    CHECK(train::IntegerStatistics{}.mean() == 0);
    CHECK(train::IntegerStatistics{}.variance() == 0);
    // A layer of 2^31 elements at the end of the range: n * squares just fits.
    const std::int64_t n = std::int64_t{1} << 31;
    const train::IntegerStatistics most{n, n * 2147483646,
                                        wide(static_cast<unsigned __int128>(n) * 2147483646 * 2147483646)};
    CHECK(most.variance() == 0);
    CHECK(most.mean() == 2147483646.0);
}

TEST_CASE("standardisation: gradient, invariances, constant weights") {
    std::mt19937 random(4);
    for (const std::size_t n : {2UL, 5UL, 27UL, 300UL}) {
        const auto fan_in = static_cast<std::int64_t>(n);
        const Vector w = random_vector(n, random, 0.3, 0.1);
        const Vector d = random_vector(n, random);
        Vector out(n);
        for (const double epsilon : {1e-5, 1e-10}) {
            const double inverse = train::standardize(w.data(), fan_in, out.data(), epsilon);
            Vector gradient = d;
            train::standardize_gradient(out.data(), inverse, fan_in, gradient.data());
            check_gradient(
                [&](const Vector& x) {
                    Vector y(n);
                    train::standardize(x.data(), fan_in, y.data(), epsilon);
                    return dot(d, y);
                },
                w, gradient);
            // Orthogonal to ones; with little epsilon to the weights, too.
            double sum = 0;
            for (const double g : gradient) sum += g;
            CHECK(std::fabs(sum) < 1e-12 * (1 + norm(gradient)) * std::sqrt(static_cast<double>(n)));
            if (epsilon < 1e-9 && n > 2) {
                CHECK(std::fabs(dot(gradient, out)) < 1e-7 * norm(gradient) * norm(out));
                for (const double scale : {1000.0, 0.01}) {
                    Vector moved = w;
                    for (double& x : moved) x = x * scale + 0.75;
                    Vector again(n);
                    train::standardize(moved.data(), fan_in, again.data(), 0.0);
                    train::standardize(w.data(), fan_in, out.data(), 0.0);
                    for (std::size_t i = 0; i < n; ++i) CHECK(std::fabs(again[i] - out[i]) < 1e-11);
                    CHECK(dot(again, again) == doctest::Approx(static_cast<double>(n)).epsilon(1e-12));
                }
            }
        }
    }
    // Variance 8/3 of 3 weights, not of 2, and an epsilon that counts.
    Vector three(3);
    const Vector spread{1, 3, 5};
    CHECK(train::standardize(spread.data(), 3, three.data(), 4.0 / 3) == doctest::Approx(0.5).epsilon(1e-15));
    CHECK(three[2] == doctest::Approx(1.0).epsilon(1e-15));
    const double small = 0.001;  // the epsilon that is given if there is no other, 1e-5
    const Vector close{small, -small};
    CHECK(train::standardize(close.data(), 2, three.data()) == doctest::Approx(1 / std::sqrt(1.1e-5)).epsilon(1e-12));
    std::vector<float> same(9, 0.1F);
    std::vector<float> out(9, 5.0F);
    std::vector<float> gradient(9, 3.0F);
    gradient[2] = -7.0F;
    const float inverse = train::standardize(same.data(), 9, out.data());
    CHECK(inverse == 0.0F);
    train::standardize_gradient(out.data(), inverse, 9, gradient.data());
    for (std::size_t i = 0; i < 9; ++i) {
        CHECK(out[i] == 0.0F);
        CHECK(gradient[i] == 0.0F);
    }
    // The printed digits of 2/3 do not add up to a multiple of 3: constant, whatever the mean rounds to.
    for (std::size_t n = 1; n < 200; ++n) {
        std::vector<float> w(n, 2.0F / 3.0F);
        std::vector<float> y(n);
        CHECK(train::standardize(w.data(), static_cast<std::int64_t>(n), y.data()) == 0.0F);
    }
}

TEST_CASE("convolutions: gradients agree with differences of the forward pass") {
    std::mt19937 random(5);
    struct Sample {
        Shape in;
        std::int32_t out, kernel_height, kernel_width, stride_height, stride_width, padding_height, padding_width,
            groups;
    };
    const Sample samples[] = {{{5, 5, 3}, 4, 3, 3, 1, 1, 1, 1, 1}, {{6, 7, 2}, 3, 3, 2, 2, 1, 1, 0, 1},
                              {{7, 5, 4}, 6, 3, 3, 2, 2, 1, 1, 2}, {{4, 4, 6}, 6, 3, 3, 1, 1, 0, 0, 6},
                              {{5, 6, 2}, 2, 5, 1, 1, 3, 4, 0, 1}, {{1, 1, 19}, 7, 1, 1, 1, 1, 0, 0, 1},
                              {{8, 8, 4}, 4, 1, 1, 3, 2, 0, 0, 4}};
    for (const Sample& s : samples) {
        ConvolutionExtents e{.in = s.in,
                             .out = {1, 1, s.out},
                             .kernel_height = s.kernel_height,
                             .kernel_width = s.kernel_width,
                             .stride_height = s.stride_height,
                             .stride_width = s.stride_width,
                             .padding_height = s.padding_height,
                             .padding_width = s.padding_width,
                             .groups = s.groups};
        e.out.height = (s.in.height + 2 * s.padding_height - s.kernel_height) / s.stride_height + 1;
        e.out.width = (s.in.width + 2 * s.padding_width - s.kernel_width) / s.stride_width + 1;
        const auto forward = [&](const Vector& x, const Vector& w) {
            Vector y;
            for (std::int32_t row = 0; row < e.out.height; ++row)
                for (std::int32_t column = 0; column < e.out.width; ++column)
                    for (std::int32_t o = 0; o < e.out.channels; ++o) {
                        double sum = 0;
                        for (std::int64_t k = 0; k < e.fan_in(); ++k) {
                            const std::int64_t channels = e.channels_per_group();
                            const std::int64_t iy =
                                row * e.stride_height - e.padding_height + k / channels / e.kernel_width;
                            const std::int64_t ix =
                                column * e.stride_width - e.padding_width + k / channels % e.kernel_width;
                            if (iy < 0 || iy >= e.in.height || ix < 0 || ix >= e.in.width) continue;
                            const std::int64_t channel = o / (e.out.channels / e.groups) * channels + k % channels;
                            sum += w[static_cast<std::size_t>(o * e.fan_in() + k)] *
                                   x[static_cast<std::size_t>((iy * e.in.width + ix) * e.in.channels + channel)];
                        }
                        y.push_back(sum);
                    }
            return y;
        };
        const Vector x = random_vector(static_cast<std::size_t>(e.in.size()), random);
        const Vector w = random_vector(static_cast<std::size_t>(e.weights()), random);
        const Vector dy = random_vector(static_cast<std::size_t>(e.out.size()), random);
        using simd::Native;
        train::AlignedVector<std::byte> packed(kernels::packed_transposed_bytes<Native, double>(e));
        train::AlignedVector<std::byte> workspace(
            std::max(kernels::input_gradient_workspace_bytes<Native, double>(e),
                     kernels::weight_gradient_workspace_bytes<Native, double>(e)) +
            64);
        kernels::pack_transposed<Native, double>(e, w.data(), packed.data());
        Vector dx(x.size());
        Vector dw(w.size());
        kernels::input_gradient<Native, double>(e, dy.data(), packed.data(), dx.data(), workspace.data());
        kernels::weight_gradient<Native, double>(e, x.data(), dy.data(), 1, dw.data(), workspace.data());
        // The function is linear in each argument: a long step is as good as a short one.
        check_gradient([&](const Vector& v) { return dot(dy, forward(v, w)); }, x, dx, 1.0);
        check_gradient([&](const Vector& v) { return dot(dy, forward(x, v)); }, w, dw, 1.0);
    }
}

TEST_CASE("loss: gradient agrees with finite differences") {
    std::mt19937 random(6);
    for (const double gamma : {0.0, 0.05, 1.0}) {
        for (const std::int32_t classes : {2, 10}) {
            const Vector logits = random_vector(static_cast<std::size_t>(4 * classes), random, 3);
            const std::uint8_t labels[] = {0, 1, static_cast<std::uint8_t>(classes - 1), 1};
            Vector gradient(logits.size());
            Vector unused(logits.size());
            const CrossEntropyAndSquares loss{.gamma = gamma};
            const auto loss_of = [&](const Vector& z, Vector& to) {
                return loss(std::span<const double>(z), labels, classes, std::span<double>(to));
            };
            loss_of(logits, gradient);
            check_gradient([&](const Vector& z) { return loss_of(z, unused); }, logits, gradient);
        }
    }
    // Logits that would overflow an exponential.
    const Vector large{1e4, -1e4, 0};
    Vector gradient(3);
    const std::uint8_t label[] = {1};
    CHECK(CrossEntropyAndSquares{.gamma = 0}(std::span<const double>(large), label, 3, std::span<double>(gradient)) ==
          doctest::Approx(2e4));
    CHECK(gradient == Vector{1, -1, 0});
}

// The table of 1.6 prints three digits, some of them measured by sampling: for squares one unit of the last one.
TEST_CASE("the surrogate of the activation") {
    check_surrogate<2>(1.00, 0.005, 0.228, 0.001, 0.228);
    check_surrogate<4>(2.32, 0.005, 1.65, 0.01, 0.184);
    check_surrogate<8>(5.35, 0.005, 8.86, 0.01, 0.181);
    check_surrogate<16>(11.4, 0.05, 40.6, 0.1, 0.180);
}

TEST_CASE_TEMPLATE("the surrogate stays finite and right for narrow and wide sigmoids and any number of states",
                   Surrogate, SigmoidSum<Alpha{2.0}>, SigmoidSum<Alpha{0.25}>, SigmoidSum<Alpha{0.05}>,
                   SigmoidSum<Alpha{0.02}>, SigmoidSum<Alpha{0.01}>, SigmoidSum<Alpha{0.001}>) {
    for (const int states : {2, 3, 16, 256}) {
        INFO("alpha " << Surrogate::alpha << ", states " << states);
        const train::SurrogateGradient<Surrogate> derivative({0, states - 1, states - 1});
        std::vector<float> points;
        for (int i = -300; i <= 400; ++i) points.push_back(static_cast<float>(i) / 100.0F);
        points.push_back(1e30F);
        points.push_back(-1e30F);
        while (points.size() % 64 != 0) points.push_back(0.3F);
        const std::vector<float> vectorized = step_gradient(derivative, points);
        int wrong = 0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const double x = static_cast<double>(points[i]);
            double expected = 0;
            for (int m = 1; m < states; ++m) {
                const double s =
                    1 / (1 + std::exp(-std::clamp((x - (m - 0.5) / (states - 1)) / Surrogate::alpha, -700.0, 700.0)));
                expected += s * (1 - s) / Surrogate::alpha / (states - 1);
            }
            // A value of single precision moves the exponent x / alpha by 1e-7 / alpha; far out the derivative may be
            // held at what it is 15 widths beyond the last threshold.
            const double tolerance = expected * (2e-6 + 4e-7 / Surrogate::alpha) + 1e-6 / Surrogate::alpha;
            for (const float found : {vectorized[i], derivative(points[i])}) {
                if (!(std::fabs(static_cast<double>(found) - expected) <= tolerance)) ++wrong;
            }
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("straight-through: 1 strictly between the ends") {
    const train::SurrogateGradient<StraightThrough> derivative({-3, 5, 4});
    const std::vector<float> points{-1.0F, -0.75F, -0.74F, 0.0F, 1.24F, 1.25F, 2.0F};
    const std::vector<float> expected{0, 0, 1, 1, 1, 0, 0};
    std::vector<float> many;
    for (int i = 0; i < 5; ++i) many.insert(many.end(), points.begin(), points.end());
    const std::vector<float> vectorized = step_gradient(derivative, many);
    for (std::size_t i = 0; i < many.size(); ++i) CHECK(vectorized[i] == expected[i % points.size()]);
    for (std::size_t i = 0; i < points.size(); ++i) {
        CHECK(derivative(points[i]) == expected[i]);
        CHECK(derivative(static_cast<double>(points[i])) == static_cast<double>(expected[i]));
    }
}

// The table of 1.5, from 10^6 normal weights: three deviations of a relative frequency.
TEST_CASE_TEMPLATE("share of weights that are not zero", Weight, States<M_w{3}>, States<M_w{15}>, States<M_w{255}>) {
    const double expected = Weight::states == 3 ? 0.1336 : Weight::states == 15 ? 0.8303 : 0.9906;
    const double at_ends = Weight::states == 3 ? 0.1336 : Weight::states == 15 ? 0.0053 : 0.0028;
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    constexpr int count = 1'000'000;
    int nonzero = 0;
    int ends = 0;
    for (int i = 0; i < count; ++i) {
        const int code = train::WeightCode<Weight>::code(normal(random));
        nonzero += code != 0 ? 1 : 0;
        ends += std::abs(code) == Weight::denominator ? 1 : 0;
    }
    const auto close = [](int found, double share) {
        // 0.00005: half a unit of the table's last digit.
        return std::fabs(found / double{count} - share) <= 3 * std::sqrt(share * (1 - share) / count) + 0.00005;
    };
    CHECK(close(nonzero, expected));
    CHECK(close(ends, at_ends));
}

TEST_CASE("rounding of weights: half away from zero, an odd function, clamped") {
    using Ternary = train::WeightCode<States<M_w{3}>>;
    using Fifteen = train::WeightCode<States<M_w{15}>>;
    CHECK(Ternary::code(1.5) == 1);
    CHECK(Ternary::code(-1.5) == -1);
    CHECK(Ternary::code(1.4999999) == 0);
    CHECK(Ternary::code(1e30) == 1);
    CHECK(Ternary::code(-1e30) == -1);
    CHECK(Fifteen::code(0.0) == 0);
    for (int i = 0; i < 2000; ++i) {
        const double x = i * 0.0021;
        CHECK(Fifteen::code(-x) == -Fifteen::code(x));
        CHECK(Fifteen::code(x) == std::min(7L, std::lround(7 * x / 3)));
        CHECK(Fifteen::gradient(x) == (x < 3 ? 1 : 0));
    }
    using Binary = train::WeightCode<BinaryWeights>;
    CHECK(Binary::code(0.0) == 1);
    CHECK(Binary::code(-0.0) == 1);
    CHECK(Binary::code(-1e-30) == -1);
    CHECK(Binary::gradient(1.0) == 1);
    CHECK(Binary::gradient(1.0000001) == 0);
}

}  // namespace gradient_test
