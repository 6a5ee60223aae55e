// Fitting integer scales: the closed forms against sums in long double, the refinement against planted answers, the
// gains that move into weights.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/model/integer_scale.hpp"
#include "intaglio/model/vocabulary.hpp"
#include "intaglio/tandem/calibration.hpp"
#include "intaglio/tandem/folding.hpp"
#include "intaglio/tandem/options.hpp"
#include "intaglio/tandem/tasks.hpp"

namespace tandem_calibration_test {

namespace {

using namespace intaglio;
using tandem::Calibration;
using tandem::Fit;
using tandem::Grid;

constexpr Grid four_bits{.codes = {0, 15}, .denominator = 15};
constexpr Grid no_codes{.codes = {0, 0}, .denominator = 1, .code_spacing = 1, .rounds = false};

/// Accumulators around a mean of their own in each channel, and targets slope S + offset + noise.
struct Planted {
    Calibration data;
    std::vector<double> slope;
    std::vector<double> offset;

    Planted(std::size_t count, std::size_t channels, double unit, double noise, unsigned seed, bool one_slope = false,
            bool offsets = true) {
        std::mt19937 random(seed);
        std::normal_distribution<double> normal;
        data.count = count;
        data.channels = channels;
        data.unit.assign(channels, unit);
        std::vector<double> mean;
        for (std::size_t c = 0; c < channels; ++c) {
            mean.push_back(60 * normal(random));
            slope.push_back(one_slope ? 0.4 : 0.2 + 0.3 * std::fabs(normal(random)));
            offset.push_back(offsets ? 0.5 + 0.3 * normal(random) : 0.0);
        }
        for (std::size_t row = 0; row < count; ++row) {
            for (std::size_t c = 0; c < channels; ++c) {
                const auto acc = static_cast<std::int32_t>(std::lround(mean[c] + 100 * normal(random)));
                data.accumulators.push_back(acc);
                data.targets.push_back(static_cast<float>(slope[c] * unit * static_cast<double>(acc) + offset[c] +
                                                          noise * normal(random)));
            }
        }
    }
};

/// Raw sums over one channel.
struct Sums {
    long double s = 0, y = 0, ss = 0, sy = 0, n = 0;
    void add(const Calibration& data, std::size_t c) {
        for (std::size_t row = 0; row < data.count; ++row) {
            const auto a = static_cast<long double>(data.unit[c]) * data.accumulators[row * data.channels + c];
            const auto b = static_cast<long double>(data.targets[row * data.channels + c]);
            s += a, y += b, ss += a * a, sy += a * b, n += 1;
        }
    }
    [[nodiscard]] long double covariance() const { return sy / n - s / n * (y / n); }
    [[nodiscard]] long double variance() const { return ss / n - s / n * (s / n); }
};
std::vector<Sums> sums_of(const Calibration& data) {
    std::vector<Sums> all(data.channels);
    for (std::size_t c = 0; c < data.channels; ++c) all[c].add(data, c);
    return all;
}

/// The nearest m 2^-s with m in [2^(bits-1), 2^bits], by trying both neighbours.
double nearest_multiplier(long double x, int bits) {
    const int exponent = std::ilogb(x) + 1 - bits;
    const long double m = std::floor(std::ldexp(x, -exponent));
    const long double low = std::ldexp(m, exponent);
    const long double high = std::ldexp(m + 1, exponent);
    return static_cast<double>(x - low < high - x ? low : high);
}

/// Mean squared difference of codes / denominator, with codes found by counting the middles below a value.
double error_of(const Calibration& data, const Grid& grid, const Fit& fit) {
    const auto quantized = [&](long double value) {
        const auto d = static_cast<long double>(grid.denominator);
        std::int64_t code = grid.codes.lowest;
        while (code < grid.codes.highest &&
               value >= (static_cast<long double>(code) + 0.5L * static_cast<long double>(grid.code_spacing)) / d) {
            code += grid.code_spacing;
        }
        return static_cast<long double>(code) / d;
    };
    long double error = 0;
    for (std::size_t row = 0; row < data.count; ++row) {
        for (std::size_t c = 0; c < data.channels; ++c) {
            const double alpha = fit.alpha.size() == 1 ? fit.alpha[0] : fit.alpha[c];
            const double beta = fit.beta.empty() ? 0 : fit.beta[c];
            const long double value = static_cast<long double>(alpha) * data.sum(row, c) + beta;
            const long double e = quantized(value) - quantized(data.target(row, c));
            error += e * e;
        }
    }
    return static_cast<double>(error / static_cast<long double>(data.count * data.channels));
}

std::string message_of(const auto& call) {
    try {
        call();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no exception";
}
bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the closed forms are those of the papers, rounded to multipliers of 15 bits, with the biases behind that") {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        const Planted planted(400, 5, 1.0 / 105, 0.2, seed);
        const Calibration& data = planted.data;
        const std::vector<Sums> sums = sums_of(data);
        const double codes = data.unit[0] * 15;
        Sums all;
        long double covariance = 0;
        long double variance = 0;
        for (std::size_t c = 0; c < 5; ++c) {
            all.add(data, c);
            covariance += sums[c].covariance();
            variance += sums[c].variance();
        }
        const auto rounded = [&](long double alpha) { return nearest_multiplier(alpha * codes, 15) / codes; };

        const Fit layer = tandem::fit_scale(data, four_bits, Scale::Layer::form, false);
        if (all.sy > 0) {
            CHECK(layer.alpha[0] == doctest::Approx(rounded(all.sy / all.ss)).epsilon(1e-12));
            CHECK(!layer.fell_back);
        }
        CHECK(layer.alpha.size() == 1);
        CHECK(layer.beta.empty());

        const Fit bias = tandem::fit_scale(data, four_bits, Scale::LayerBias::form, false);
        REQUIRE(bias.alpha.size() == 1);
        REQUIRE(bias.beta.size() == 5);
        CHECK(bias.alpha[0] == doctest::Approx(rounded(covariance / variance)).epsilon(1e-12));
        const Fit channel = tandem::fit_scale(data, four_bits, Scale::Channel::form, false);
        REQUIRE(channel.alpha.size() == 5);
        REQUIRE(channel.beta.size() == 5);
        for (std::size_t c = 0; c < 5; ++c) {
            CHECK(channel.alpha[c] ==
                  doctest::Approx(rounded(sums[c].covariance() / sums[c].variance())).epsilon(1e-12));
            for (const Fit* fit : {&bias, &channel}) {
                // The rounded alpha, not the one of the closed form.
                const double alpha = fit->alpha[fit->alpha.size() == 1 ? 0 : c];
                const auto beta = static_cast<double>((sums[c].y - alpha * sums[c].s) / sums[c].n);
                CHECK(fit->beta[c] == doctest::Approx(beta).epsilon(1e-10));
            }
        }
        for (const Fit* fit : {&layer, &bias, &channel}) {
            CHECK(fit->error == doctest::Approx(error_of(data, four_bits, *fit)).epsilon(1e-9));
            CHECK(fit->dead_channels == 0);
            // 15 bits: m is a whole number below 2^15.
            for (const double alpha : fit->alpha) {
                const double m = std::ldexp(alpha * codes, 14 - std::ilogb(alpha * codes));
                CHECK(std::fabs(m - std::round(m)) < 1e-6);
            }
        }
    }
}

TEST_CASE("an exact norm comes back from the regression of each channel, negative gains too") {
    Planted planted(300, 3, 1.0 / 255, 0, 7);
    planted.slope = {0.75, -0.5, 0.3};
    for (std::size_t i = 0; i < planted.data.targets.size(); ++i) {
        planted.data.targets[i] = static_cast<float>(planted.slope[i % 3] * planted.data.unit[0] *
                                                         static_cast<double>(planted.data.accumulators[i]) +
                                                     planted.offset[i % 3]);
    }
    const Fit fit = tandem::fit_scale(planted.data, four_bits, Scale::Channel::form, false);
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(fit.alpha[c] == doctest::Approx(planted.slope[c]).epsilon(1.0 / (1 << 14)));
        CHECK(fit.beta[c] == doctest::Approx(planted.offset[c]).epsilon(1e-3));
    }
}

TEST_CASE("a power of two is one, and the nearest") {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const Planted planted(300, 3, 1.0 / 105, 0.1, seed);
        const double codes = planted.data.unit[0] * 15;
        for (const bool refine : {false, true}) {
            const Fit fit = tandem::fit_scale(planted.data, four_bits, Scale::PowerOfTwo::form, refine);
            int exponent = 0;
            CHECK(std::frexp(fit.alpha[0] * codes, &exponent) == doctest::Approx(0.5).epsilon(1e-12));
            if (refine) continue;
            const Fit whole = tandem::fit_scale(planted.data, four_bits, Scale::LayerBias::form, false);
            CHECK(fit.alpha[0] * codes ==
                  doctest::Approx(nearest_multiplier(static_cast<long double>(whole.alpha[0] * codes), 1)));
        }
        const Fit three = tandem::fit_scale(planted.data, four_bits, Scale::Precision<Scale::LayerBias, 3>::form, true);
        const double m = std::ldexp(three.alpha[0] * codes, 2 - std::ilogb(three.alpha[0] * codes));
        CHECK(std::fabs(m - std::round(m)) < 1e-9);
    }
}

TEST_CASE("refined scales are never worse behind quantisation, and mostly better") {
    int better = 0;
    for (unsigned seed = 1; seed <= 12; ++seed) {
        const Planted planted(250, 4, 1.0 / 105, 0.25, seed);
        const auto compare = [&](const ScaleForm& form, const Grid& grid) {
            const Fit closed = tandem::fit_scale(planted.data, grid, form, false);
            const Fit refined = tandem::fit_scale(planted.data, grid, form, true);
            CHECK(refined.error <= closed.error);
            CHECK(refined.error == doctest::Approx(error_of(planted.data, grid, refined)).epsilon(1e-9));
            better += refined.error < closed.error ? 1 : 0;
        };
        for (const Grid& grid : {four_bits, Grid{.codes = {0, 1}, .denominator = 1},
                                 Grid{.codes = {-1, 1}, .denominator = 1, .code_spacing = 2}}) {
            compare(Scale::Layer::form, grid);
            compare(Scale::LayerBias::form, grid);
            compare(Scale::Channel::form, grid);
        }
    }
    CHECK(better > 80);  // of 108
}

TEST_CASE("the refinement finds a planted multiplier where clipping misleads the closed form") {
    // Targets that leave the range of the codes in one direction are clipped to it, but the closed form sees all of it.
    for (const bool bias : {false, true}) {
        for (unsigned seed = 1; seed <= 6; ++seed) {
            CAPTURE(bias);
            CAPTURE(seed);
            Planted planted(600, 4, 1.0 / 105, 0, seed, true, bias);
            for (float& y : planted.data.targets) {
                if (y > 1) y = 1 + 8 * (y - 1);
            }
            const ScaleForm form = bias ? Scale::LayerBias::form : Scale::Layer::form;
            const Fit closed = tandem::fit_scale(planted.data, four_bits, form, false);
            const Fit refined = tandem::fit_scale(planted.data, four_bits, form, true);
            CHECK(closed.error > 0);
            CHECK(refined.error < (bias ? 0.8 : 0.35) * closed.error);
            // Without biases the planted multiplier gives every code; within the reach of the search it is found.
            if (bias || closed.alpha[0] < 0.42 || closed.alpha[0] > 0.9) continue;
            CHECK(refined.alpha[0] == doctest::Approx(0.4).epsilon(0.02));
            CHECK(refined.error < 1e-4);
        }
    }
}

TEST_CASE("logits have no codes: there the closed form is best") {
    const Planted planted(300, 4, 1.0 / 105, 0.3, 4);
    const Fit closed = tandem::fit_scale(planted.data, no_codes, Scale::LayerBias::form, false);
    const Fit refined = tandem::fit_scale(planted.data, no_codes, Scale::LayerBias::form, true);
    CHECK(closed.alpha == refined.alpha);
    CHECK(closed.beta == refined.beta);
    for (const double factor : {0.98, 1.02}) {
        Fit other = closed;
        other.alpha[0] *= factor;
        double error = 0;
        for (std::size_t c = 0; c < 4; ++c) {
            for (std::size_t row = 0; row < planted.data.count; ++row) {
                const double e =
                    other.alpha[0] * planted.data.sum(row, c) + other.beta[c] - planted.data.target(row, c);
                error += e * e / (4.0 * static_cast<double>(planted.data.count));
            }
        }
        CHECK(error > closed.error);
    }
}

TEST_CASE("mode Layer takes the slope of mode LayerBias where <S, Y> is not positive, and says so - or gives up") {
    Planted planted(300, 2, 1.0 / 105, 0.01, 9, true);
    for (std::size_t i = 0; i < planted.data.targets.size(); ++i) {
        planted.data.accumulators[i] += 1000;
        planted.data.targets[i] -= 12;  // far below, but rising
    }
    const Fit bias = tandem::fit_scale(planted.data, four_bits, Scale::LayerBias::form, false);
    const Fit layer = tandem::fit_scale(planted.data, four_bits, Scale::Layer::form, false);
    CHECK(layer.fell_back);
    CHECK(layer.alpha == bias.alpha);
    CHECK(layer.beta.empty());
    CHECK(tandem::fit_scale(planted.data, four_bits, Scale::Layer::form, true).fell_back);
    CHECK(!bias.fell_back);

    for (float& y : planted.data.targets) y = -24 - y;  // falling
    CHECK_THROWS_AS(tandem::fit_scale(planted.data, four_bits, Scale::Layer::form, true), tandem::NoScaleFits);
    CHECK(contains(message_of([&] { tandem::fit_scale(planted.data, four_bits, Scale::Layer::form, true); }),
                   "no positive multiplier fits"));
    // With biases a negative slope is an answer.
    CHECK(tandem::fit_scale(planted.data, four_bits, Scale::LayerBias::form, true).alpha[0] < 0);
}

TEST_CASE("dead channels are counted and do not touch the others") {
    const Planted whole(300, 3, 1.0 / 105, 0.1, 12);
    Calibration data;
    data.count = 300;
    data.channels = 4;
    data.unit.assign(4, 1.0 / 105);
    for (std::size_t row = 0; row < 300; ++row) {
        for (std::size_t c = 0; c < 3; ++c) {
            data.accumulators.push_back(whole.data.accumulators[3 * row + c]);
            data.targets.push_back(whole.data.targets[3 * row + c]);
        }
        data.accumulators.push_back(-77);
        data.targets.push_back(0.25F + (row % 2 == 0 ? 0.125F : -0.125F));
    }
    for (const ScaleForm& form : {Scale::LayerBias::form, Scale::Channel::form}) {
        const Fit with = tandem::fit_scale(data, four_bits, form, false);
        const Fit without = tandem::fit_scale(whole.data, four_bits, form, false);
        CHECK(with.dead_channels == 1);
        for (std::size_t c = 0; c < 3; ++c) {
            CHECK(with.alpha[form.one_multiplier ? 0 : c] ==
                  doctest::Approx(without.alpha[form.one_multiplier ? 0 : c]).epsilon(1e-12));
            CHECK(with.beta[c] == doctest::Approx(without.beta[c]).epsilon(1e-12));
        }
        const double own = form.one_multiplier ? with.alpha[0] * -77.0 / 105 : 0.0;
        CHECK(with.beta[3] + own == doctest::Approx(0.25));
        if (!form.one_multiplier) CHECK(with.alpha[3] == 0);
    }
    // Targets that never change say as little.
    for (std::size_t row = 0; row < 300; ++row) {
        data.accumulators[4 * row + 3] = static_cast<std::int32_t>(row);
        data.targets[4 * row + 3] = 0.25F;
    }
    for (const ScaleForm& form : {Scale::LayerBias::form, Scale::Channel::form}) {
        CHECK(tandem::fit_scale(data, four_bits, form, false).dead_channels == 1);
    }
    // All of them: constants.
    std::fill(data.accumulators.begin(), data.accumulators.end(), 5);
    for (const ScaleForm& form : {Scale::LayerBias::form, Scale::PowerOfTwo::form, Scale::Channel::form}) {
        const Fit fit = tandem::fit_scale(data, four_bits, form, true);
        CHECK(fit.dead_channels == 4);
        CHECK(std::all_of(fit.alpha.begin(), fit.alpha.end(), [](double alpha) { return alpha == 0; }));
        CHECK(std::isfinite(fit.error));
    }
}

TEST_CASE("values go to the nearest code, halves up, clipped at the ends") {
    const Grid grid{.codes = {0, 3}, .denominator = 3};
    const auto quantized = [](const Grid& g, std::initializer_list<double> values) {
        std::vector<double> result;
        for (const double v : values) result.push_back(g.quantized(v));
        return result;
    };
    CHECK(quantized(grid, {-5, -0.01, 0.16, 0.17, 0.49, 0.51, 0.84, 1, 77}) ==
          std::vector<double>{0, 0, 0, 1.0 / 3, 1.0 / 3, 2.0 / 3, 1, 1, 1});
    // Exact halves: denominators that are powers of two.
    const Grid halves{.codes = {-4, 3}, .denominator = 4};
    CHECK(quantized(halves, {-9, -0.875, -0.376, -0.375, -0.125, -0.126, 0.125, 0.124, 0.625, 0.875, 9}) ==
          std::vector<double>{-1, -0.75, -0.5, -0.25, 0, -0.25, 0.25, 0, 0.75, 0.75, 0.75});
    const Grid sign{.codes = {-1, 1}, .denominator = 1, .code_spacing = 2};
    CHECK(quantized(sign, {-3, -1e-9, 0, 1e-9, 0.9, 3}) == std::vector<double>{-1, -1, 1, 1, 1, 1});
    CHECK(no_codes.quantized(-3.3) == -3.3);
    CHECK(no_codes.clipped(-3.3) == -3.3);
    CHECK(halves.clipped(-3) == -1);
    CHECK(halves.clipped(0.1) == 0.1);
    CHECK(halves.clipped(3) == 0.75);
    CHECK(grid.clipped(1.5) == 1);
}

TEST_CASE("a range for real activations: the planted one, and less than the largest value with 4 bits") {
    const auto error_with = [](const std::vector<float>& values, const Grid& grid, double unit) {
        double error = 0;
        for (const float v : values) {
            const double value = grid.codes.lowest < 0 ? static_cast<double>(v) : std::max(0.0, static_cast<double>(v));
            const double e = unit * grid.quantized(value / unit) - value;
            error += e * e;
        }
        return error;
    };
    std::mt19937 random(5);
    // Whole multiples of 1/20 of a range of 0.75, and one outlier: 30 of 40 shares.
    const Grid twenty{.codes = {0, 20}, .denominator = 20};
    std::vector<float> values{1.0F};
    for (int i = 0; i < 4000; ++i) values.push_back(0.75F * static_cast<float>(random() % 21) / 20);
    CHECK(tandem::fit_range(values, twenty) == doctest::Approx(0.75));

    std::vector<float> halves;
    std::exponential_distribution<float> exponential;
    std::normal_distribution<float> normal;
    for (int i = 0; i < 4000; ++i) halves.push_back(i % 2 == 0 ? exponential(random) : -exponential(random));
    const double largest = static_cast<double>(*std::max_element(halves.begin(), halves.end()));
    const double unit = tandem::fit_range(halves, four_bits);
    CHECK(unit < largest);
    CHECK(error_with(halves, four_bits, unit) < 0.8 * error_with(halves, four_bits, largest));
    for (int share = 1; share <= 40; ++share) {
        const double other = largest * share / 40;
        CHECK(error_with(halves, four_bits, unit) <= error_with(halves, four_bits, other) + 1e-9);
    }
    // Signed codes look at both sides.
    const Grid both{.codes = {-7, 7}, .denominator = 7};
    std::vector<float> low{-4, -3.9F, 0.1F, 0.2F};
    CHECK(tandem::fit_range(low, both) > 3);
    CHECK(tandem::fit_range(low, four_bits) <= 0.2 * (1 + 1e-6));
    // 12-bit codes whose largest stands for 8.
    const Grid join{.codes = {-2047, 2047}, .denominator = 256};
    CHECK(tandem::fit_range({6.0F, -2.0F}, join) <= 6.0 * 256 / 2047 * (1 + 1e-9));
    CHECK(tandem::fit_range({0.0F, 0.0F}, four_bits) == 1);
    CHECK(tandem::fit_range({}, four_bits) == 1);
}

TEST_CASE("gains move into DoReFa weights in proportion") {
    std::mt19937 random(8);
    std::normal_distribution<float> normal;
    constexpr std::size_t units = 5;
    constexpr std::size_t fan_in = 40;
    std::vector<float> teacher(units * fan_in);
    for (float& w : teacher) w = 1.5F * normal(random);
    const std::vector<double> gains{0.5, -2, 7, 1e-3, 3};
    std::vector<float> student(teacher.size());
    for (const double exponent : {0.5, 1.0}) {
        tandem::fold_latents<DoReFa<4>, DoReFa<4>>(teacher, gains, exponent, student);
        double largest = 0;
        // tanh(student) = k |gain|^exponent sign(gain) tanh(teacher) with one k.
        double k = 0;
        for (std::size_t i = 0; i < teacher.size(); ++i) {
            const double gain = gains[i / fan_in];
            const double wanted =
                std::copysign(std::pow(std::fabs(gain), exponent), gain) * std::tanh(static_cast<double>(teacher[i]));
            const double found = std::tanh(static_cast<double>(student[i]));
            largest = std::max(largest, std::fabs(found));
            if (i == 0) k = found / wanted;
            CHECK(found == doctest::Approx(k * wanted).epsilon(1e-6));
        }
        CHECK(largest == doctest::Approx(0.75).epsilon(1e-6));
    }
    // Exponent 0: copies but for the signs.
    tandem::fold_latents<Unscaled<DoReFa<4>>, DoReFa<4>>(teacher, gains, 0, student);
    for (std::size_t i = 0; i < teacher.size(); ++i) {
        CHECK(student[i] == (i / fan_in == 1 ? -teacher[i] : teacher[i]));
    }
    const std::vector<double> positive{0.5, 2, 7, 1e-3, 3};
    tandem::fold_latents<DoReFa<8>, DoReFa<8>>(teacher, positive, 0, student);
    CHECK(student == teacher);
}

TEST_CASE("real numbers become DoReFa weights of values in proportion, whatever the exponent") {
    const std::vector<float> teacher{0.1F, -2, 3, 0.5F, 0, -0.25F};
    const std::vector<double> gains{1, -4};
    std::vector<float> student(teacher.size());
    for (const double exponent : {0.0, 0.5, 1.0}) {
        tandem::fold_latents<DoReFa<4>, FloatWeights>(teacher, gains, exponent, student);
        const double other = -std::pow(4, exponent);
        const double k = std::tanh(static_cast<double>(student[2])) / 3;
        for (std::size_t i = 0; i < 6; ++i) {
            const double wanted = k * static_cast<double>(teacher[i]) * (i < 3 ? 1 : other);
            CHECK(std::tanh(static_cast<double>(student[i])) == doctest::Approx(wanted).epsilon(1e-6));
        }
    }
}

TEST_CASE("weights of signs or of their own unit's size take the signs of the gains alone") {
    std::mt19937 random(8);
    std::normal_distribution<float> normal;
    std::vector<float> teacher(24);
    for (float& w : teacher) w = normal(random);
    const std::vector<double> gains{-0.5, 2, -7, 0};
    const auto check = [&]<class Weight, class Standardization>(Weight, Standardization) {
        for (const double exponent : {0.0, 0.5, 1.0}) {
            std::vector<float> student(24);
            tandem::fold_latents<Weight, Weight, Standardization>(teacher, gains, exponent, student);
            for (std::size_t i = 0; i < 24; ++i)
                CHECK(student[i] == (i / 6 % 2 == 0 && i < 18 ? -teacher[i] : teacher[i]));
        }
    };
    check(DoReFa<1>{}, NoWeightStandardization{});
    check(Unscaled<DoReFa<1>>{}, NoWeightStandardization{});
    check(States<M_w{3}>{}, WeightStandardization{});
    check(BinaryWeights{}, NoWeightStandardization{});
    check(TernaryWeights<>{}, NoWeightStandardization{});
    static_assert(!tandem::Latent<DoReFa<1>>::holds_gains);
    static_assert(tandem::Latent<Unscaled<DoReFa<2>>>::holds_gains);
}

TEST_CASE("latent weights are scaled to the range of a quantiser that has one") {
    std::mt19937 random(9);
    std::normal_distribution<float> normal;
    constexpr std::size_t fan_in = 60;
    std::vector<float> teacher(3 * fan_in);
    for (float& w : teacher) w = 0.05F * normal(random);
    const std::vector<double> gains{1, -1, 4};
    std::vector<float> student(teacher.size());
    const auto check = [&]<class Weight>(Weight, double least, double most) {
        for (const double exponent : {0.0, 0.5, 1.0}) {
            tandem::fold_latents<Weight, FloatWeights>(teacher, gains, exponent, student);
            const double k = static_cast<double>(student[0]) / static_cast<double>(teacher[0]);
            double end = 0;
            for (std::size_t i = 0; i < teacher.size(); ++i) {
                const double gain = gains[i / fan_in];
                const double wanted =
                    k * std::copysign(std::pow(std::fabs(gain), exponent), gain) * static_cast<double>(teacher[i]);
                CHECK(static_cast<double>(student[i]) == doctest::Approx(wanted).epsilon(1e-6));
                end = std::max(end, std::fabs(wanted));
            }
            // In units of the range: 1 is the last code, beyond it weights are clipped.
            CHECK(end >= least * 3);
            CHECK(end <= most * 3);
        }
    };
    check(States<M_w{255}>{}, 0.999, 1.3);
    check(States<M_w{15}>{}, 0.999, 2);
    check(States<M_w{3}>{}, 1.2, 5);
    // The same latent weights stand for the same values already: a copy.
    tandem::fold_latents<States<M_w{15}>, States<M_w{255}>>(teacher, std::vector<double>{1, 1, 1}, 0, student);
    CHECK(student == teacher);
    // What the teacher clips counts as its last code.
    const std::vector<float> clipped{30, 3, -1.5F, 0};
    std::vector<float> few(4);
    tandem::fold_latents<DoReFa<8>, States<M_w{255}>>(clipped, std::vector<double>{1}, 0, few);
    CHECK(few[0] == few[1]);
    CHECK(std::tanh(static_cast<double>(few[2])) == doctest::Approx(-0.375));
    static_assert(tandem::Latent<Unscaled<States<M_w{3}>>>::holds_gains);
    static_assert(!tandem::Latent<States<M_w{3}>, WeightStandardization>::holds_gains);
}

TEST_CASE("gains of zero do no harm") {
    const std::vector<float> teacher{1, -1, 2, 0.5F};
    std::vector<float> student(4);
    tandem::fold_latents<DoReFa<4>, DoReFa<4>>(teacher, std::vector<double>{0, 1}, 1, student);
    CHECK(student[0] == 0);
    CHECK(student[1] == 0);
    CHECK(static_cast<double>(student[2]) == doctest::Approx(std::atanh(0.75)));
    // All gains zero: nothing to measure by, so the weights stay.
    tandem::fold_latents<DoReFa<4>, DoReFa<4>>(teacher, std::vector<double>{0, 0}, 1, student);
    CHECK(student == teacher);
    const std::vector<float> zeros(4, 0.0F);
    tandem::fold_latents<DoReFa<4>, FloatWeights>(zeros, std::vector<double>{2, 3}, 1, student);
    CHECK(student == zeros);
    // The largest and the smallest numbers together.
    tandem::fold_latents<DoReFa<4>, DoReFa<4>>(teacher, std::vector<double>{std::numeric_limits<double>::min(), 1e300},
                                               1, student);
    CHECK(std::all_of(student.begin(), student.end(), [](float w) { return std::isfinite(w); }));
}

TEST_CASE("options out of range are refused by name, before anything runs") {
    using tandem::Options;
    const auto message = [](const auto& change, std::int64_t samples = 5000, std::int64_t validation = 10) {
        Options options;
        change(options);
        return message_of([&] { options.check(200, samples, validation); });
    };
    const auto nothing = [](Options&) {};
    CHECK(message(nothing) == "no exception");
    CHECK(message([](Options& o) { o.batch = 200; }) == "no exception");
    for (const std::int64_t batch : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{201}}) {
        CHECK(contains(message([&](Options& o) { o.batch = batch; }), "batch must be 1 to"));
    }
    CHECK(contains(message(nothing, 4095), "calibration set is too small: expected at least 4096 images, found 4095"));
    CHECK(contains(message([](Options& o) { o.stage1.samples = 4095; }), "calibration set is too small"));
    CHECK(message([](Options& o) { o.stage1.minimum = 100; }, 100) == "no exception");
    CHECK(contains(message([](Options& o) { o.stage1.samples = 1; }), "at least 2 calibration samples"));
    CHECK(contains(message([](Options& o) { o.stage1.pixels = 0; }), "pixels of stage 1"));
    CHECK(contains(message(nothing, 5000, 0), "validation samples are missing"));
    CHECK(contains(message([](Options& o) { o.stage2.epochs = -1; }), "epochs of stage 2"));
    CHECK(contains(message([](Options& o) { o.joint.epochs = -1; }), "epochs of the joint stage"));
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {-0.1, 1.1, nan}) {
        CHECK(contains(message([&](Options& o) { o.stage2.share = bad; }), "share of stage 2"));
        CHECK(contains(message([&](Options& o) { o.joint.share = bad; }), "share of the joint stage"));
    }
    for (const double bad : {0.0, -1.0, nan, infinity}) {
        CHECK(contains(message([&](Options& o) { o.stage2.learning_rate = bad; }), "learning rate of stage 2"));
        CHECK(contains(message([&](Options& o) { o.joint.learning_rate = bad; }), "learning rate of the joint stage"));
        CHECK(contains(message([&](Options& o) { o.stage2.temperature = bad; }), "temperature of stage 2"));
    }
    CHECK(contains(message([](Options& o) { o.stage2.weight_decay = -1; }), "weight decay of stage 2"));
    CHECK(contains(message([](Options& o) { o.stage2.patience.patience = -1; }), "patience"));
}

TEST_CASE("options that change the result change the description") {
    using tandem::Options;
    const std::string usual = Options{}.description();
    int changes = 0;
    const auto differs = [&](const auto& change) {
        Options options;
        change(options);
        CHECK(options.description() != usual);
        ++changes;
    };
    differs([](Options& o) { o.stage1.samples = 5000; });
    differs([](Options& o) { o.stage1.pixels = 9; });
    differs([](Options& o) { o.stage1.inputs = tandem::Inputs::teacher; });
    differs([](Options& o) { o.stage1.latents = tandem::Latents::copied; });
    differs([](Options& o) { o.stage1.refine = false; });
    differs([](Options& o) { o.stage2.epochs = 3; });
    differs([](Options& o) { o.stage2.learning_rate = 0.5; });
    differs([](Options& o) { o.stage2.weight_decay = 0.5; });
    differs([](Options& o) { o.stage2.adaptation = tandem::Adaptation::both; });
    differs([](Options& o) { o.stage2.target = tandem::Target::quantized; });
    differs([](Options& o) { o.stage2.patience.patience = 7; });
    differs([](Options& o) { o.stage2.share = 0.25; });
    differs([](Options& o) { o.stage2.temperature = 3; });
    differs([](Options& o) { o.stage2.recalibrate = false; });
    differs([](Options& o) { o.stage2.guard = false; });
    differs([](Options& o) { o.stage2.patience.metric = StoppingMetric::loss; });
    differs([](Options& o) { o.stage2.patience.min_change = 0.5; });
    differs([](Options& o) { o.joint.epochs = 1; });
    differs([](Options& o) { o.joint.learning_rate = 0.5; });
    differs([](Options& o) { o.joint.weight_decay = 0.5; });
    differs([](Options& o) { o.joint.patience.patience = 7; });
    differs([](Options& o) { o.joint.patience.metric = StoppingMetric::loss; });
    differs([](Options& o) { o.joint.patience.min_change = 0.5; });
    differs([](Options& o) { o.joint.share = 0.25; });
    differs([](Options& o) { o.joint.temperature = 3; });
    differs([](Options& o) { o.joint.guard = false; });
    differs([](Options& o) { o.batch = 50; });
    differs([](Options& o) { o.seed = 2; });
    CHECK(changes == 28);
    Options threads;
    threads.threads = 3;
    CHECK(threads.description() == usual);
}

}  // namespace tandem_calibration_test
