// Steps and logits against exact arithmetic; the certificate against parameters with one number changed: it must find
// every change that changes the function, name the layer, and find nothing else.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/integer/step_parameters.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/steps/steps.hpp"
#include "support/training_tools.hpp"

namespace certificate_test {

namespace {

using namespace intaglio;
using train::Affine;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

struct Thresholds {
    std::vector<std::int32_t> values;
    std::int32_t flip = 0;

    Thresholds(Affine affine, CodeRange accumulator, CodeRange codes, std::int64_t denominator)
        : values(static_cast<std::size_t>(codes.states() - 1)) {
        train::make_thresholds(affine, accumulator, codes, denominator, values.data(), 1, flip);
    }
    [[nodiscard]] std::int64_t code(std::int64_t accumulator, std::int64_t lowest) const {
        for (const std::int32_t t : values) lowest += (accumulator ^ flip) >= t ? 1 : 0;
        return lowest;
    }
};

std::int64_t dyadic_code(std::int64_t accumulator, std::int32_t multiplier, std::int64_t addend, int shift,
                         CodeRange codes) {
    const __int128 sum = static_cast<__int128>(accumulator) * multiplier + addend;
    if (sum != static_cast<std::int64_t>(sum)) FAIL("the kernel's 64 bits overflow");
    return static_cast<std::int64_t>(std::clamp<__int128>(sum >> shift, codes.lowest, codes.highest));
}

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("thresholds: every accumulator against exact rational arithmetic") {
    constexpr std::int64_t scale = 64;  // slope and offset are multiples of 1/64: the exact function is integer
    int ties = 0;
    for (const std::int64_t denominator : {1, 2, 3, 7, 15}) {
        for (const CodeRange codes : {CodeRange{0, denominator}, CodeRange{-2, 3}, CodeRange{0, 1}}) {
            for (const CodeRange range : {CodeRange{-40, 37}, CodeRange{0, 50}, CodeRange{-30, -3}, CodeRange{5, 5}}) {
                for (std::int64_t slope = -70; slope <= 70; slope += 7) {
                    for (std::int64_t offset = -200; offset <= 200; offset += 8) {
                        const Thresholds step({static_cast<double>(slope) / scale, static_cast<double>(offset) / scale},
                                              range, codes, denominator);
                        bool good = true;
                        for (std::int64_t a = range.lowest; a <= range.highest; ++a) {
                            // floor(denominator * value + 1/2)
                            const std::int64_t twice = 2 * denominator * (slope * a + offset) + scale;
                            ties += twice % (2 * scale) == 0 ? 1 : 0;
                            const std::int64_t expected =
                                std::clamp(floor_divide(twice, 2 * scale), codes.lowest, codes.highest);
                            good = good && step.code(a, codes.lowest) == expected;
                        }
                        INFO("slope " << slope << "/64, offset " << offset << "/64, denominator " << denominator);
                        CHECK(good);
                        CHECK(std::is_sorted(step.values.begin(), step.values.end()));
                        CHECK(step.values.front() >= (step.flip == 0 ? range.lowest : -range.highest - 1));
                        CHECK(step.values.back() <= (step.flip == 0 ? range.highest + 1 : -range.lowest));
                    }
                }
            }
        }
    }
    CHECK(ties > 1000);
}

TEST_CASE("thresholds: extreme functions and ranges") {
    constexpr CodeRange widest{-std::int64_t{INT32_MAX} + 1, std::int64_t{INT32_MAX} - 1};
    constexpr CodeRange codes{0, 3};
    for (const double slope : {5e-324, 1e-300, 1e-9, 1.0, 1e9, 1e300, 1.7e308}) {
        for (const double sign : {1.0, -1.0}) {
            for (const double offset : {-1.7e308, -1e300, -1e9, 0.0, 0.4, 1e9, 1e300, 1.7e308}) {
                const Thresholds step({sign * slope, offset}, widest, codes, 3);
                for (const std::int64_t a : {widest.lowest, std::int64_t{-1000000}, std::int64_t{-1}, std::int64_t{0},
                                             std::int64_t{1}, std::int64_t{1000000}, widest.highest}) {
                    const long double product = static_cast<long double>(sign * slope) * a;
                    const long double value = product + offset;
                    const auto code = [](long double x) { return std::clamp(std::floor(3 * x + 0.5L), 0.0L, 3.0L); };
                    const long double expected = code(value);
                    // Where huge numbers cancel, double precision cannot tell.
                    const long double rounding =
                        0x1p-50L * (std::fabs(product) + std::fabs(static_cast<long double>(offset)));
                    if (code(value - rounding) != code(value + rounding)) continue;
                    INFO("slope " << sign * slope << ", offset " << offset << ", accumulator " << a);
                    CHECK(step.code(a, 0) == static_cast<std::int64_t>(expected));
                }
            }
        }
    }
    for (const double zero : {0.0, -0.0}) {
        // Slope zero: the bias alone, with a half rounded up.
        CHECK(Thresholds({zero, 0.5}, widest, {0, 1}, 1).code(-5, 0) == 1);
        CHECK(Thresholds({zero, 0.4999999}, widest, {0, 1}, 1).code(5, 0) == 0);
        CHECK(Thresholds({zero, -100}, widest, codes, 3).code(widest.highest, 0) == 0);
        CHECK(Thresholds({zero, 100}, widest, codes, 3).code(widest.lowest, 0) == 3);
    }
}

TEST_CASE("steps and logits of functions that are not finite throw") {
    std::int32_t flip = 0;
    std::vector<std::int32_t> t(3);
    std::vector<std::int32_t> multiplier(2);
    std::vector<std::int64_t> addend(2);
    for (const Affine bad : {Affine{not_a_number, 0}, Affine{0, not_a_number}, Affine{infinity, 0},
                             Affine{1, -infinity}, Affine{not_a_number, not_a_number}}) {
        CHECK_THROWS_AS(train::make_thresholds(bad, {-9, 9}, {0, 3}, 3, t.data(), 1, flip), std::runtime_error);
        CHECK_THROWS_AS(train::make_dyadic(bad, {-9, 9}, {0, 3}, 255), std::runtime_error);
        const std::vector<Affine> both{{1, 1}, bad};
        CHECK_THROWS_AS(train::make_logits(both, multiplier, addend), std::runtime_error);
    }
    CHECK_NOTHROW(train::make_thresholds({1, 0}, {-9, 9}, {0, 3}, 3, t.data(), 1, flip));
    CHECK_NOTHROW(train::make_dyadic({1, 0}, {-9, 9}, {0, 3}, 255));
    CHECK_THROWS_WITH_AS(train::make_dyadic({1e12, 0}, {-9, 9}, {0, 3}, 255), doctest::Contains("too steep"),
                         std::runtime_error);
}

TEST_CASE("multiplier and shift: one rounding to so many bits, which the addend makes good in the middle") {
    constexpr CodeRange codes{0, 255};
    const auto check = [&](double scale, double offset, int bits) {
        INFO("scale " << scale << ", offset " << offset << ", " << bits << " bits");
        const train::Dyadic step = train::make_dyadic({scale, offset}, {-1'000'000, 1'000'000}, codes, 1, bits);
        int e = 0;
        const double f = std::frexp(scale, &e);
        if (bits - e < 2 || bits - e > 40) return;  // the shift is limited
        auto m = static_cast<std::int64_t>(std::floor(std::ldexp(f, bits) + 0.5));
        if (std::abs(m) == std::int64_t{1} << bits) {
            m /= 2;
            ++e;
        }
        CHECK(step.multiplier == m);
        CHECK(int{step.shift} == bits - e);
        // The same value as the real function at the accumulator of the middle code, or the one nearest to it.
        const double centre = std::clamp(std::floor((127.5 - offset) / scale), -1e6, 1e6);
        const double found = std::ldexp(centre * static_cast<double>(step.multiplier), -step.shift) +
                             std::ldexp(static_cast<double>(step.addend), -step.shift) - 0.5;
        const double real = scale * centre + offset;
        CHECK(std::fabs(found - real) <= std::ldexp(1.0, -step.shift) + 1e-12 * (std::fabs(offset) + 1));
    };
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    for (const int bits : {1, 2, 15, 16, 30, 31}) {
        for (const double scale : {1.0, 0.5, 0.3, 1.0 / 3, 0.001, 7.0, 100.25, 1 - std::ldexp(1.0, -15),
                                   1 - std::ldexp(1.0, -16), 1 - std::ldexp(1.0, -31), 1 - std::ldexp(1.0, -32)}) {
            check(scale, 0, bits);
            check(-scale, 3, bits);
        }
        std::uniform_real_distribution<double> exponent(-20, bits - 2);
        for (int i = 0; i < 500; ++i) {
            check((i % 2 == 0 ? 1 : -1) * std::exp2(exponent(random)), 1000 * normal(random), bits);
        }
    }
    // Constant.
    CHECK(train::make_dyadic({0.0, 3.25}, {-9, 9}, codes, 1).multiplier == 0);
    // A steep step: the multiplier grows instead of a negative shift.
    const train::Dyadic steep = train::make_dyadic({1e6, 0.0}, {-9, 9}, codes, 255, 15);
    CHECK(int{steep.shift} == 1);
    CHECK(steep.multiplier == 510'000'000);
}

TEST_CASE(
    "multiplier and shift: every accumulator is rounded like the real function, but next to a middle, and monotone") {
    std::mt19937 random(2);
    std::normal_distribution<double> normal;
    constexpr CodeRange codes{0, 255};
    const auto run = [&](Affine affine, std::int64_t from, std::int64_t to, std::int64_t stride) {
        const train::Dyadic step = train::make_dyadic(affine, {from, to}, codes, 255);
        REQUIRE(step.shift >= 1);
        REQUIRE(step.shift <= 62);
        std::int64_t before = affine.slope < 0 ? 256 : -1;
        bool monotone = true;
        bool close = true;
        for (std::int64_t a = from; a <= to; a += a == to ? 1 : std::min(stride, to - a)) {
            const std::int64_t code = dyadic_code(a, step.multiplier, step.addend, step.shift, codes);
            monotone = monotone && (affine.slope < 0 ? code <= before : code >= before);
            before = code;
            const long double real = 255 * (static_cast<long double>(affine.slope) * a + affine.offset);
            const long double rounding = 1e-15L * std::fabs(255.0L * affine.offset);
            close = close && std::fabs(code - std::clamp(real, 0.0L, 255.0L)) <= 0.500001L + rounding;
        }
        INFO("slope " << affine.slope << ", offset " << affine.offset);
        CHECK(monotone);
        CHECK(close);
    };
    for (int i = 0; i < 300; ++i) {
        run({normal(random) * std::exp(2 * normal(random)) / 3000, normal(random)}, -3000, 3000, 1);
    }
    for (int i = 0; i < 300; ++i) {
        const double slope = normal(random) * std::exp2(-20 - i % 40);
        const double offset = i % 3 == 0 ? 100 * normal(random) : i % 3 == 1 ? 1e6 * normal(random) : normal(random);
        run({slope, offset}, -std::int64_t{INT32_MAX} + 1, std::int64_t{INT32_MAX} - 1, 10'000'019);
    }
    for (const double offset : {1e30, -1e30, 1e300}) run({1e-4, offset}, -3000, 3000, 7);  // saturated everywhere
    run({0.0, 0.3}, -3000, 3000, 7);
    run({-0.0, 0.3}, -3000, 3000, 7);
}

TEST_CASE("logits: their order is that of the real values") {
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    std::uniform_int_distribution<std::int64_t> accumulators(-2'000'000, 2'000'000);
    int compared = 0;
    for (int repetition = 0; repetition < 300; ++repetition) {
        std::vector<Affine> affine(10);
        const double size = std::exp2(20 * normal(random));
        for (Affine& a : affine) a = {size * normal(random) * 1e-5, size * normal(random)};
        affine[3] = affine[7];
        if (repetition % 5 == 0) affine[1] = {0, 0};
        if (repetition % 7 == 0) {
            for (Affine& a : affine) a.slope = 0;
        }
        std::vector<std::int32_t> m(10);
        std::vector<std::int64_t> c(10);
        const int bits = repetition % 2 == 0 ? 31 : 15;
        const int exponent = train::make_logits(affine, m, c, bits);
        const auto largest =
            std::max_element(m.begin(), m.end(), [](auto x, auto y) { return std::abs(x) < std::abs(y); });
        if (repetition % 7 != 0) CHECK(std::abs(std::int64_t{*largest}) >= std::int64_t{1} << (bits - 1));
        CHECK(std::abs(std::int64_t{*largest}) < std::int64_t{1} << bits);
        CHECK(m[3] == m[7]);
        CHECK(c[3] == c[7]);
        for (int draw = 0; draw < 30; ++draw) {
            std::int64_t integer[10];
            long double real[10];
            long double bound[10];
            for (std::size_t k = 0; k < 10; ++k) {
                const std::int64_t a = accumulators(random);
                const __int128 wide = static_cast<__int128>(a) * m[k] + c[k];
                integer[k] = static_cast<std::int64_t>(wide);
                CHECK(wide == integer[k]);
                real[k] = static_cast<long double>(affine[k].slope) * a + affine[k].offset;
                bound[k] = std::ldexp(0.5L * (std::fabs(static_cast<long double>(a)) + 1.001L), -exponent);
                CHECK(std::fabs(std::ldexp(static_cast<long double>(integer[k]), -exponent) - real[k]) <= bound[k]);
            }
            for (std::size_t i = 0; i < 10; ++i) {
                for (std::size_t k = 0; k < 10; ++k) {
                    if (real[i] - real[k] > bound[i] + bound[k]) {
                        CHECK(integer[i] > integer[k]);
                        ++compared;
                    }
                }
            }
        }
    }
    CHECK(compared > 10000);
}

namespace {

struct Tiny : Network<Features<4>, Classifier<QInt<4>, Out<5>>> {};

/// Both kinds of steps and every product kernel; more channels than a vector has lanes.
struct Small : Network<Image<1, 4, 4>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<4>, Out<18>>,
                       Residual<Conv<Out<18>>, Identity, BranchGrid<QInt<8>, Range{4}>>, Activate<>,
                       Dense<Flatten, Out<20>, QInt<1>, Act<M_a{256}>>,
                       Dense<QInt<8>, Out<19>, Act<M_a{16}>, BatchNorm>, Classifier<QInt<8>, Out<10>>> {};

/// Reads and writes the steps of one row of packed parameters, and evaluates them without the kernels.
struct StepAccess {
    const Row& row;
    std::int64_t channels;
    std::byte* base;

    [[nodiscard]] bool thresholds() const { return row.steps <= max_thresholds; }
    [[nodiscard]] integer::ThresholdLayout by_threshold() const {
        return integer::threshold_layout(row.steps, channels);
    }
    [[nodiscard]] integer::DyadicLayout by_multiplier() const { return integer::dyadic_layout(channels); }
    template <class T>
    [[nodiscard]] T& at(std::int64_t offset, std::int64_t index) const {
        return reinterpret_cast<T*>(base + offset)[index];
    }
    [[nodiscard]] std::int32_t& threshold(std::int64_t level, std::int64_t channel) const {
        return at<std::int32_t>(by_threshold().thresholds, level * channels + channel);
    }
    [[nodiscard]] std::int32_t& flip(std::int64_t c) const { return at<std::int32_t>(by_threshold().flip, c); }
    [[nodiscard]] std::int32_t& multiplier(std::int64_t c) const {
        return at<std::int32_t>(by_multiplier().multiplier, c);
    }
    [[nodiscard]] std::int64_t& addend(std::int64_t c) const { return at<std::int64_t>(by_multiplier().addend, c); }
    [[nodiscard]] std::uint8_t& shift(std::int64_t c) const { return at<std::uint8_t>(by_multiplier().shift, c); }

    /// The codes of channel c for all accumulators.
    [[nodiscard]] std::vector<std::int16_t> table(CodeRange accumulators, std::int64_t c) const {
        std::vector<std::int16_t> result;
        for (std::int64_t a = accumulators.lowest; a <= accumulators.highest; ++a) {
            std::int64_t code = row.codes.lowest;
            if (thresholds()) {
                const auto flipped = static_cast<std::int32_t>(a) ^ flip(c);
                for (std::int64_t m = 0; m < row.steps; ++m) code += flipped >= threshold(m, c) ? 1 : 0;
            } else {
                code = dyadic_code(a, multiplier(c), addend(c), shift(c), row.codes);
            }
            result.push_back(static_cast<std::int16_t>(code));
        }
        return result;
    }
};

struct Count {
    int harmful = 0;
    int harmless = 0;
};

template <class Net, class Set>
class Mutator {
  public:
    explicit Mutator(Training<Net>& training) : training_(training), model_(lower(training)), network_(model_) {
        const Certificate untouched = certify(training_, network_);
        CHECK(untouched.differences == 0);
        CHECK(untouched.first_difference == "");
        CHECK(untouched.weights_compared == facts<Net>.weights());
        CHECK(untouched.logits_compared == 2 * facts<Net>.classes());
        std::int64_t steps = 0;
        std::int64_t range = 0;
        for (const Row& row : facts<Net>.rows) {
            steps += row.steps * facts<Net>.value(row.output).shape.channels;
            if (row.steps > 0) {
                range += facts<Net>.value(row.input).codes.states() * facts<Net>.value(row.output).shape.channels;
            }
        }
        CHECK(untouched.steps_compared == steps);
        CHECK(untouched.range_values == range);
    }

    std::byte* parameters(std::size_t row) {
        return network_.parameters().bytes + integer::plan<Net, Set>.parameters[row];
    }

    /// The certificate's verdict on the present parameters: found if and only if `expected`, in this row.
    void verdict(std::size_t row, bool expected, const std::string& words, Count& count) {
        const Certificate c = certify(model_, network_);
        ++(expected ? count.harmful : count.harmless);
        INFO("row " << row << ", " << words << ": " << c.first_difference);
        CHECK((c.differences > 0) == expected);
        CHECK(c.proven() == !expected);
        if (!expected) return;
        const std::string place =
            "layer " + path_text(facts<Net>.rows[row].path) + " (" + facts<Net>.rows[row].kind + ")";
        CHECK(c.first_difference.substr(0, place.size()) == place);
        CHECK(c.first_difference.find(words) != std::string::npos);
    }

    template <class T, class U>
    void change(std::size_t row, T& number, U to, const StepAccess& step, std::int64_t channel, Count& count) {
        const T kept = number;
        const CodeRange range = facts<Net>.value(facts<Net>.rows[row].input).codes;
        const std::vector<std::int16_t> before = step.table(range, channel);
        number = static_cast<T>(to);
        verdict(row, step.table(range, channel) != before, "channel " + std::to_string(channel), count);
        number = kept;
    }

    void steps(std::size_t r, Count& count) {
        const Row& row = facts<Net>.rows[r];
        const std::int64_t channels = facts<Net>.value(row.output).shape.channels;
        const StepAccess step{row, channels, parameters(r)};
        for (const std::int64_t c : {std::int64_t{0}, channels / 2, channels - 1}) {
            if (step.thresholds()) {
                for (const std::int64_t level : {std::int64_t{0}, row.steps / 2, row.steps - 1}) {
                    for (const int by : {-1, 1}) {
                        change(r, step.threshold(level, c), step.threshold(level, c) + by, step, c, count);
                    }
                }
                change(r, step.flip(c), ~step.flip(c), step, c, count);
                // No function of a step: neighbours change places.
                change(r, step.flip(c), step.flip(c) ^ 1, step, c, count);
            } else {
                for (const int by : {-1, 1}) {
                    change(r, step.multiplier(c), step.multiplier(c) + by, step, c, count);
                    change(r, step.addend(c), step.addend(c) + by, step, c, count);
                    change(r, step.addend(c), step.addend(c) + by * (std::int64_t{1} << (step.shift(c) - 1)), step, c,
                           count);
                    change(r, step.shift(c), step.shift(c) + by, step, c, count);
                }
            }
        }
    }

    void logits(std::size_t r, Count& count) {
        const integer::LogitLayout layout = integer::logit_layout(facts<Net>.classes());
        for (const std::int32_t c : {0, facts<Net>.classes() / 2, facts<Net>.classes() - 1}) {
            auto& multiplier = reinterpret_cast<std::int32_t*>(parameters(r) + layout.multiplier)[c];
            auto& addend = reinterpret_cast<std::int64_t*>(parameters(r) + layout.addend)[c];
            for (const int by : {-1, 1}) {
                multiplier += by;
                verdict(r, true, "class " + std::to_string(c), count);
                multiplier -= by;
                addend += by;
                verdict(r, true, "class " + std::to_string(c), count);
                addend -= by;
            }
        }
    }

    /// Any byte of packed weights, also those that stand for no weight: a kernel reads them, too.
    void weights(std::size_t r, Count& count) {
        const auto begin = integer::plan<Net, Set>.parameters[r];
        const std::int64_t size = integer::plan<Net, Set>.parameters[r + 1] - begin;
        std::byte* bytes = parameters(r);
        for (std::int64_t k = 0; k < size; k += k < 16 || k > size - 16 ? 1 : 1 + size / 37) {
            for (const int by : {1, -1}) {
                const std::byte kept = bytes[k];
                bytes[k] = static_cast<std::byte>(static_cast<int>(kept) + by);
                verdict(r, true, "weight", count);
                bytes[k] = kept;
            }
        }
    }

    void run() {
        Count thresholds, multipliers, logit, weight;
        for (std::size_t r = 0; r < Training<Net>::rows; ++r) {
            INFO("row " << r);
            const Row& row = facts<Net>.rows[r];
            if (row.steps > 0) steps(r, row.steps <= max_thresholds ? thresholds : multipliers);
            if (row.weights > 0) weights(r, weight);
            if (r + 1 == Training<Net>::rows) logits(r, logit);
        }
        // The test itself has seen changes that matter and changes that do not.
        CHECK(thresholds.harmful > 20);
        CHECK(thresholds.harmless > 0);
        CHECK(multipliers.harmful > 20);
        CHECK(multipliers.harmless > 0);
        CHECK(logit.harmful == 12);
        CHECK(weight.harmful > 100);
        CHECK(certify(training_, network_).differences == 0);
    }

  private:
    Training<Net>& training_;
    Model<Net> model_;
    IntegerNetwork<Net, Set> network_;
};

}  // namespace

TEST_CASE_TEMPLATE("one changed number is found", Set, simd::Portable, simd::Native) {
    std::mt19937 random(4);
    Training<Small> training(4, 1);
    const tools::Stripes data(4, 4, 4, 1, 2);
    for (const tools::Biases biases : {tools::Biases::moderate, tools::Biases::mixed}) {
        tools::randomize_parameters(training, random, biases);
        training.forward(data.pixels.data(), 4, train::Statistics::batch);
        tools::randomize_running_statistics(training, random);
        Mutator<Small, Set>(training).run();
    }
}

TEST_CASE("distance to the real-valued function: half a code for thresholds, the multiplier's rounding otherwise") {
    struct Coarse : Network<Features<30>, Defaults<QInt<8>>, Dense<Out<20>, Act<M_a{16}>>,
                            Dense<Out<20>, Act<M_a{2}>, BatchNorm>, Classifier<Out<3>>> {};
    struct Fine : Network<Features<30>, Defaults<QInt<8>>, Dense<Out<20>, Act<M_a{256}>>, Classifier<Out<3>>> {};
    std::mt19937 random(5);
    const std::vector<std::uint8_t> pixels(30, 100);
    Training<Coarse> coarse(1);
    Training<Fine> fine(1);
    for (int repetition = 0; repetition < 3; ++repetition) {
        tools::randomize_parameters(coarse, random, tools::Biases::moderate);
        const Certificate c = certify(coarse, lower(coarse));
        CHECK(c.proven());
        // Positions are computed in double precision: 1e-9 codes, far below the step of one accumulator.
        CHECK(c.largest_distance == doctest::Approx(0.5).epsilon(1e-9));
        tools::randomize_parameters(fine, random, tools::Biases::moderate);
        const Certificate f = certify(fine, lower(fine));
        CHECK(f.proven());
        CHECK(f.largest_distance >= 0.5);
        CHECK(f.largest_distance < 1.0);
    }
}

TEST_CASE("equal logits: the lowest class, in both programs") {
    Training<Tiny> training(2);
    const std::uint8_t pixels[] = {1, 2, 3, 4, 200, 7, 90, 0};
    const auto predictions = [&](std::vector<float> biases) {
        for (const ParameterRange& range : Training<Tiny>::ranges()) {
            float* p = training.parameters().data() + range.begin;
            if (range.kind == ParameterKind::gain) *p = 0.0F;
            if (range.kind == ParameterKind::bias) std::copy(biases.begin(), biases.end(), p);
        }
        training.parameters_changed();
        training.forward(pixels, 2, train::Statistics::running);
        const std::int32_t found = training.prediction(0);
        CHECK(training.prediction(1) == found);
        CHECK(training.float_prediction(1) == found);
        const IntegerNetwork network(lower(training));
        const auto scratch = network.make_scratch();
        CHECK(network.predict(pixels, *scratch) == found);
        CHECK(network.predict(pixels + 4, *scratch) == found);
        return found;
    };
    CHECK(predictions({0, 0, 0, 0, 0}) == 0);
    CHECK(predictions({-1, 2, 0, 2, 2}) == 1);
    CHECK(predictions({-3, -4, -2, -2, -9}) == 2);
    CHECK(predictions({0, 0, 0, 0, 1e-3F}) == 4);
}

TEST_CASE("lowering a network with a parameter that is not finite throws") {
    Training<Tiny> training(2);
    for (const ParameterRange& range : Training<Tiny>::ranges()) {
        float& p = training.parameters()[static_cast<std::size_t>(range.begin)];
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            const float kept = p;
            p = bad;
            training.parameters_changed();
            INFO("kind " << static_cast<int>(range.kind));
            CHECK_THROWS_AS(lower(training), std::runtime_error);
            p = kept;
            training.parameters_changed();
        }
    }
    CHECK_NOTHROW(lower(training));
}

TEST_CASE("lowering and proving change nothing: what the last pass left stays") {
    std::mt19937 random(7);
    Training<Small> training(4, 2);
    const tools::Stripes data(4, 4, 4, 1, 2);
    tools::randomize_parameters(training, random, tools::Biases::moderate);
    training.forward(data.pixels.data(), 4, train::Statistics::batch);
    tools::randomize_running_statistics(training, random);
    training.forward(data.pixels.data(), 4, train::Statistics::running);
    const auto codes = tools::all_codes(training, 4);
    const std::vector<std::int64_t> logits(training.logits().begin(), training.logits().end());
    const std::vector<double> statistics = tools::running_statistics(training);
    const Training<Small>& unchanged = training;
    const Model<Small> model = lower(unchanged);
    const IntegerNetwork network(model);
    CHECK(certify(unchanged, model).proven());
    CHECK(certify(unchanged, network).proven());
    CHECK(tools::all_codes(training, 4) == codes);
    CHECK(std::equal(training.logits().begin(), training.logits().end(), logits.begin(), logits.end()));
    CHECK(tools::running_statistics(training) == statistics);
    training.visit(0, [&](const auto* pixels) { CHECK(static_cast<const void*>(pixels) == data.pixels.data()); });
    // Also where the weights of the last pass are no longer those of the parameters.
    for (float& p : training.parameters()) p = -p;
    training.parameters_changed();
    CHECK(lower(training) != model);
    CHECK(tools::all_codes(training, 4) == codes);
    CHECK(!certify(training, model).proven());
    CHECK(!certify(training, network).proven());
}

TEST_CASE("a mutated model is found, and so is a mutated packing of it") {
    std::mt19937 random(8);
    Training<Small> training(4);
    tools::randomize_parameters(training, random, tools::Biases::moderate);
    const Model<Small> model = lower(training);
    int mutations = 0;
    const auto finds = [&](const Model<Small>& mutated, std::size_t row) {
        ++mutations;
        INFO("row " << row);
        const Certificate of_model = certify(training, mutated);
        CHECK(!of_model.proven());
        CHECK(of_model.first_difference.find(place_text(facts<Small>.rows[row])) == 0);
        // A faithful packing of a wrong model: its own proof holds, the whole does not.
        const IntegerNetwork network(mutated);
        CHECK(certify(mutated, network).proven());
        CHECK(!certify(model, network).proven());
        CHECK(!certify(training, network).proven());
    };
    for (std::size_t row = 0; row < model.rows.size(); ++row) {
        const auto change = [&](auto member, auto by) {
            Model<Small> mutated = model;
            auto& list = mutated.rows[row].*member;
            if (list.empty()) return;
            auto& number = list[list.size() / 2];
            number = static_cast<std::remove_reference_t<decltype(number)>>(number + by);
            finds(mutated, row);
        };
        if (!model.rows[row].weights.empty()) {
            Model<Small> mutated = model;
            std::int8_t& code = mutated.rows[row].weights.front();
            const bool has_signs = facts<Small>.rows[row].weight_states == 2;
            code = static_cast<std::int8_t>(has_signs ? -code : code > 0 ? code - 1 : code + 1);
            finds(mutated, row);
        }
        if (row + 1 == model.rows.size()) {
            change(&RowNumbers::multipliers, 1);
            change(&RowNumbers::addends, -1);
        } else if (!model.rows[row].multipliers.empty()) {
            change(&RowNumbers::addends, std::int64_t{1} << model.rows[row].shifts.front());
            change(&RowNumbers::shifts, 1);
        }
    }
    CHECK(mutations > 8);
    Model<Small> other = model;
    ++other.logit_exponent;
    CHECK(!certify(training, other).proven());
    CHECK(model.logit_unit() == 2 * other.logit_unit());
}

TEST_CASE("a model that does not fit its network is refused before it is packed") {
    const Training<Small> training(1);
    const Model<Small> model = lower(training);
    const auto refuses = [&](const auto& change, const char* words) {
        Model<Small> bad = model;
        change(bad);
        CHECK_THROWS_WITH_AS(IntegerNetwork<Small>{bad}, doctest::Contains(words), std::invalid_argument);
        CHECK_THROWS_WITH_AS(certify(training, bad), doctest::Contains(words), std::invalid_argument);
    };
    refuses([](auto& m) { m.rows.pop_back(); }, "rows");
    refuses([](auto& m) { m.rows[10].weights.back() = 0; }, "layer 5 (product): weight code 0 is none of its 2 states");
    refuses([](auto& m) { m.rows.front().weights.pop_back(); }, "weight codes");
    refuses([](auto& m) { m.rows.front().weights.front() = -128; }, "lies outside of");
    refuses([](auto& m) { m.rows.back().multipliers.push_back(1); }, "multipliers");
    refuses([](auto& m) { m.rows.back().addends.clear(); }, "addends");
    for (std::size_t row = 0; row < model.rows.size(); ++row) {
        if (!model.rows[row].thresholds.empty()) {
            refuses([&](auto& m) { m.rows[row].thresholds.push_back(0); }, "thresholds");
            refuses([&](auto& m) { m.rows[row].falling.pop_back(); }, "directions");
        }
        if (!model.rows[row].shifts.empty()) refuses([&](auto& m) { m.rows[row].shifts.front() = 63; }, "shift");
    }
}

}  // namespace certificate_test
