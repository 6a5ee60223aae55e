// Weight quantisers and standardisations by themselves: golden cases, formulas written down a second time in double
// precision, finite differences of what is smooth in them, and the shares that the papers' digest tables.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "intaglio/model/network.hpp"
#include "intaglio/model/weights/unscaled.hpp"
#include "intaglio/train/operations/product_state.hpp"
#include "support/golden_cases.hpp"

namespace {

using namespace intaglio;
using train::WeightCode;
using Vector = std::vector<double>;

template <class Real = double>
std::vector<Real> normal_vector(std::size_t count, std::mt19937& random, double deviation = 1, double mean = 0) {
    std::normal_distribution<double> normal(mean, deviation);
    std::vector<Real> result(count);
    for (Real& x : result) x = static_cast<Real>(normal(random));
    return result;
}

double dot(const Vector& a, const Vector& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

using Bwn = SignWeights<WeightScale::mean>;
using Twn = TernaryWeights<ThresholdFactor{0.7}, Per::layer, WeightScale::mean>;

// What the model says of a quantiser.
static_assert(std::is_same_v<States<M_w{3}>, States<M_w{3}, Indicator<Slope{1.0}>>>);
static_assert(std::is_same_v<BinaryWeights, QuantizerOf<QInt<1>>::type>);
static_assert(std::is_same_v<DefaultStandardization<QInt<2>>, WeightStandardization>);
static_assert(std::is_same_v<DefaultStandardization<BinaryWeights>, WeightStandardization>);
static_assert(std::is_same_v<DefaultStandardization<FloatWeights>, WeightStandardization>);
static_assert(std::is_same_v<DefaultStandardization<Bwn>, NoWeightStandardization>);
static_assert(std::is_same_v<DefaultStandardization<TernaryWeights<>>, NoWeightStandardization>);
static_assert(std::is_same_v<DefaultStandardization<DoReFa<1>>, NoWeightStandardization>);
static_assert(std::is_same_v<DefaultStandardization<DoReFa<5>>, NoWeightStandardization>);
static_assert(smallest_fan_in<States<M_w{3}>, WeightStandardization> == 4);
static_assert(smallest_fan_in<States<M_w{3}>, PrintedWeightStandardization> == 2);
static_assert(smallest_fan_in<States<M_w{5}>, ScaledWeightStandardization> == 2);
static_assert(smallest_fan_in<States<M_w{3}>, NoWeightStandardization> == 1);
static_assert(smallest_fan_in<BinaryWeights, WeightStandardization> == 2);
static_assert(smallest_fan_in<TernaryWeights<>, NoWeightStandardization> == 1);
static_assert(smallest_fan_in<Unscaled<States<M_w{3}>>, WeightStandardization> == 4);
static_assert(!BinaryWeights::clips && !Bwn::clips);
static_assert(SignWeights<WeightScale::one, Per::channel, PlainIdentity<>>::clips);
static_assert(SignWeights<WeightScale::mean, Per::layer, PlainIdentity<Slope{0.5}>>::clips);
static_assert(!WeightTraits<TernaryWeights<>>::clips && !WeightTraits<DoReFa<1>>::clips);
static_assert(DoReFa<2>::codes == CodeRange{-2, 1} && DoReFa<2>::denominator == 3 && DoReFa<2>::states == 4);
static_assert(DoReFa<8>::codes == CodeRange{-128, 127} && DoReFa<8>::denominator == 255 && DoReFa<8>::states == 256);
static_assert(DoReFa<1>::codes == CodeRange{-1, 1} && DoReFa<1>::scaled && WeightTraits<DoReFa<1>>::spacing == 1);
static_assert(WeightTraits<DoReFa<3>>::spacing == 2 && WeightTraits<DoReFa<3>>::offset == 1);
static_assert(!WeightTraits<DoReFa<3>>::scaled && WeightTraits<Bwn>::scaled && !WeightTraits<TernaryWeights<>>::scaled);
static_assert(WeightTraits<FloatWeights>::real && WeightTraits<LiteralStates<M_w{3}>>::real);

template <class Weight>
struct Facts : Network<Image<4, 6, 6>, Conv<Weight, Out<5>>, GlobalAvgPool> {};

constexpr bool is_named(const char* name, std::string_view expected) {
    return name == expected;
}

/// The rows of a network under this quantiser: bits and bytes of its 180 weights, bounds of its accumulators.
template <class Weight>
constexpr bool has_facts(int bits, std::int64_t bytes, std::int64_t accumulator) {
    constexpr const Row& row = facts<Facts<Weight>>.rows[0];
    return row.weight_bits() == bits && facts<Facts<Weight>>.weight_bytes() == bytes &&
           row.codes == CodeRange{-accumulator, accumulator};
}
static_assert(has_facts<BinaryWeights>(1, 23, 36 * 255));
static_assert(has_facts<Bwn>(1, 23, 36 * 255));
static_assert(has_facts<Twn>(2, 45, 36 * 255));
static_assert(has_facts<DoReFa<1>>(1, 23, 36 * 255));
static_assert(has_facts<DoReFa<2>>(2, 45, 3 * 36 * 255));
static_assert(has_facts<DoReFa<3>>(3, 68, 7 * 36 * 255));
static_assert(has_facts<DoReFa<4>>(4, 90, 15 * 36 * 255));
static_assert(has_facts<DoReFa<5>>(5, 113, 31 * 36 * 255));
static_assert(has_facts<DoReFa<6>>(6, 135, 63 * 36 * 255));
static_assert(has_facts<DoReFa<7>>(7, 158, 127 * 36 * 255));
static_assert(has_facts<DoReFa<8>>(8, 180, 255 * 36 * 255));
static_assert(has_facts<FloatWeights>(32, 720, 0));
static_assert(has_facts<LiteralStates<M_w{15}>>(32, 720, 0));
static_assert(facts<Facts<DoReFa<4>>>.value(1).denominator == 15 * 255 && !facts<Facts<DoReFa<4>>>.value(1).scaled);
static_assert(facts<Facts<DoReFa<1>>>.value(1).denominator == 255 && facts<Facts<DoReFa<1>>>.value(1).scaled);
static_assert(facts<Facts<Bwn>>.value(1).scaled && !facts<Facts<BinaryWeights>>.value(1).scaled);
static_assert(facts<Facts<Twn>>.multiplier_free() && !facts<Facts<DoReFa<2>>>.multiplier_free());
static_assert(facts<Facts<DoReFa<8>>>.integer_only() && !facts<Facts<FloatWeights>>.integer_only());
static_assert(facts<Facts<FloatWeights>>.refusal().kind == &float_weights_have_no_integer_program);
static_assert(facts<Facts<LiteralStates<M_w{3}>>>.refusal().kind ==
              &end_levels_of_literal_weight_states_lie_off_the_grid_of_integer_codes);
static_assert(is_named(facts<Facts<FloatWeights>>.rows[0].quantizer, "float"));
static_assert(is_named(facts<Facts<QInt<4>>>.rows[0].quantizer, ""));
static_assert(is_named(facts<Facts<BinaryWeights>>.rows[0].quantizer, ""));
static_assert(is_named(facts<Facts<LiteralStates<M_w{15}, ClippedIdentity<Slope{0.5}>>>>.rows[0].quantizer,
                       "literal M_w 15, clipped identity, gain 0.5"));
static_assert(is_named(facts<Facts<States<M_w{3}, Indicator<Slope{0.25}>>>>.rows[0].quantizer, "indicator, gain 0.25"));
static_assert(is_named(TernaryWeights<ThresholdFactor{0.75}, Per::channel, WeightScale::mean, ClippedIdentity<>>::name,
                       "threshold per channel 0.75, times the channel's mean, clipped identity"));

template <int Bits>
bool check_dorefa(const golden::Case& c) {
    if (c.number("bits") != Bits) return false;
    using Quantizer = DoReFa<Bits, Maximum::differentiated>;
    const Vector& w = c.input("w").data;
    const auto count = static_cast<std::int64_t>(w.size());
    const WeightCode<Quantizer> quantizer(w.data(), count);
    const std::vector<float> narrow(w.begin(), w.end());
    const WeightCode<Quantizer> single(narrow.data(), count);
    Vector value;
    Vector gradient;
    for (std::size_t i = 0; i < w.size(); ++i) {
        const int code = quantizer.code(w[i]);
        CHECK(Quantizer::codes.contains(code));
        CHECK(int{single.code(narrow[i])} == code);
        value.push_back((2.0 * code + 1) / Quantizer::denominator);
        gradient.push_back(quantizer.gradient(w[i]) * c.cotangent()[i]);
    }
    quantizer.add_shared_gradient(w.data(), c.cotangent().data(), count, gradient.data());
    golden::check_close(value, c.output());
    golden::check_close(gradient, c.gradient("w"));
    return true;
}

/// Both readings of the step: delta = (M_w - 1) / 2 and M_w / 2.
template <int Count>
bool check_states(const golden::Case& c) {
    if (c.number("M_w") != Count) return false;
    const Vector& what = c.input("w_hat").data;
    Vector value;
    Vector gradient;
    const bool literal = c.number("delta") == Count / 2.0;
    if (!literal) CHECK(c.number("delta") == (Count - 1) / 2);
    for (std::size_t i = 0; i < what.size(); ++i) {
        if (literal) {
            using Quantizer = WeightCode<LiteralStates<M_w{Count}>>;
            value.push_back(Quantizer::value(what[i]));
            CHECK(static_cast<double>(Quantizer::value(static_cast<float>(what[i]))) ==
                  doctest::Approx(value.back()).epsilon(1e-6));
            gradient.push_back(Quantizer::gradient(what[i]) * c.cotangent()[i]);
        } else {
            using Quantizer = WeightCode<States<M_w{Count}>>;
            value.push_back(Quantizer::code(what[i]) / static_cast<double>(States<M_w{Count}>::denominator));
            gradient.push_back(Quantizer::gradient(what[i]) * c.cotangent()[i]);
        }
    }
    golden::check_close(value, c.output());
    golden::check_close(gradient, c.gradient("w_hat"));
    return true;
}

}  // namespace

TEST_CASE("golden: DoReFa weights, with the gradient through the maximum") {
    const std::vector<golden::Case> cases = golden::read_cases("dorefa_weight", "weights.txt");
    CHECK(cases.size() == 3);
    for (const golden::Case& c : cases) CHECK((check_dorefa<2>(c) || check_dorefa<4>(c) || check_dorefa<8>(c)));
}

TEST_CASE("golden: states, with the step of the tables and with the literal one") {
    const std::vector<golden::Case> cases = golden::read_cases("round_clip_weight", "weights.txt");
    CHECK(cases.size() == 6);
    int literal = 0;
    for (const golden::Case& c : cases) {
        CHECK((check_states<3>(c) || check_states<15>(c) || check_states<255>(c)));
        literal += c.number("delta") == c.number("M_w") / 2 ? 1 : 0;
    }
    CHECK(literal == 3);
}

TEST_CASE_TEMPLATE("DoReFa: the nearest odd multiple, away from zero on ties", Quantizer, DoReFa<2>, DoReFa<3>,
                   DoReFa<4>, DoReFa<5>, DoReFa<6>, DoReFa<7>, DoReFa<8>) {
    constexpr int n = Quantizer::denominator;
    std::mt19937 random(n);
    std::vector<bool> seen(static_cast<std::size_t>(Quantizer::states));
    for (int repetition = 0; repetition < 60; ++repetition) {
        Vector w = normal_vector(50, random, repetition % 3 == 0 ? 1e-3 : 1.0);
        w.push_back(0);
        const WeightCode<Quantizer> quantizer(w.data(), static_cast<std::int64_t>(w.size()));
        double most = 0;
        for (const double x : w) most = std::max(most, std::fabs(std::tanh(x)));
        for (const double x : w) {
            const int code = quantizer.code(x);
            REQUIRE(Quantizer::codes.contains(code));
            seen[static_cast<std::size_t>(code - static_cast<int>(Quantizer::codes.lowest))] = true;
            const double value = (2.0 * code + 1) / n;
            // Neighbours lie 2/n apart.
            CHECK(std::fabs(value - std::tanh(x) / most) <= 1.0 / n + 1e-12);
            if (x != 0) CHECK(int{quantizer.code(-x)} == -code - 1);
            if (std::fabs(std::tanh(x)) == most) CHECK(std::fabs(value) == 1);
        }
        CHECK(quantizer.code(0.0) == 0);
        CHECK(quantizer.code(-0.0) == 0);
    }
    CHECK(std::count(seen.begin(), seen.end(), false) == 0);
    // Weights that are all 0: the smallest positive value, no gradient.
    const Vector zero(5);
    const WeightCode<Quantizer> dead(zero.data(), 5);
    CHECK(dead.code(0.0) == 0);
    CHECK(dead.gradient(0.0) == 0);
    // A weight alone in its layer is its own maximum.
    const double alone = -1e-30;
    CHECK((int{WeightCode<Quantizer>(&alone, 1).code(alone)} == Quantizer::codes.lowest));
}

TEST_CASE("DoReFa of one bit: the sign times the layer's mean, identity backwards") {
    const Vector w{0.5, -0.25, 0, -2.25};
    const WeightCode<DoReFa<1>> quantizer(w.data(), 4);
    CHECK(quantizer.scale() == 0.75);
    CHECK(quantizer.code(0.0) == 1);
    CHECK(quantizer.code(-1e-9) == -1);
    CHECK(quantizer.gradient(-2.25) == 1);
    CHECK(WeightCode<DoReFa<1>>::scope == Per::layer);
}

TEST_CASE("binary weights with a scale: the mean magnitude is the closest") {
    std::mt19937 random(3);
    for (int repetition = 0; repetition < 20; ++repetition) {
        const Vector w = normal_vector(30, random, 0.1);
        const WeightCode<Bwn> quantizer(w.data(), 30);
        const auto distance = [&](double scale) {
            double sum = 0;
            for (const double x : w) sum += std::pow(x - scale * quantizer.code(x), 2);
            return sum;
        };
        CHECK(distance(quantizer.scale()) < distance(quantizer.scale() * 1.001));
        CHECK(distance(quantizer.scale()) < distance(quantizer.scale() * 0.999));
        CHECK(quantizer.gradient(1.0) == quantizer.scale());
        CHECK(quantizer.gradient(1.0001) == 0);
    }
    CHECK(WeightCode<Bwn>::scope == Per::channel);
    CHECK((WeightCode<SignWeights<WeightScale::mean, Per::layer>>::scope) == Per::layer);
    CHECK(train::weight_scope<BinaryWeights> == Per::element);
}

TEST_CASE("ternary weights: the boundary is zero, the scale is the mean of the others") {
    // Mean magnitude 1: the threshold is the factor.
    const Vector w{0.5, -0.5, 0.75, -0.25, 2.5, -1.5};
    using Half = TernaryWeights<ThresholdFactor{0.5}, Per::layer, WeightScale::mean>;
    const WeightCode<Half> quantizer(w.data(), 6);
    CHECK(quantizer.threshold() == 0.5);
    const int expected[] = {0, 0, 1, 0, 1, -1};
    for (std::size_t i = 0; i < w.size(); ++i) CHECK(int{quantizer.code(w[i])} == expected[i]);
    CHECK(quantizer.code(std::nextafter(0.5, 1.0)) == 1);
    CHECK(quantizer.code(std::nextafter(-0.5, -1.0)) == -1);
    CHECK(quantizer.scale() == doctest::Approx((0.75 + 2.5 + 1.5) / 3).epsilon(1e-15));
    CHECK(quantizer.gradient(100.0) == quantizer.scale());
    const WeightCode<TernaryWeights<ThresholdFactor{0.5}>> plain(w.data(), 6);
    CHECK(plain.scale() == 1);
    CHECK(plain.gradient(100.0) == 1);
    // No weight above the threshold: all codes 0, and the scale, too.
    const WeightCode<TernaryWeights<ThresholdFactor{1.5}, Per::layer, WeightScale::differentiated_mean>> high(
        w.data() + 1, 1);
    CHECK(high.code(-0.5) == 0);
    CHECK(high.scale() == 0);
    const double dvalue = 1;
    double dw = 0;
    high.add_shared_gradient(w.data() + 1, &dvalue, 1, &dw);
    CHECK(dw == 0);
}

// Spec 1.3: 0.65 for uniform weights; for normal ones 2 (1 - Phi(0.7 sqrt(2 / pi))).
TEST_CASE("ternary weights: share that is not zero") {
    std::mt19937 random(4);
    constexpr int count = 1'000'000;
    const auto share = [&](auto&& draw) {
        std::vector<float> w(count);
        for (float& x : w) x = static_cast<float>(draw());
        const WeightCode<TernaryWeights<>> quantizer(w.data(), count);
        return static_cast<double>(std::count_if(w.begin(), w.end(), [&](float x) { return quantizer.code(x) != 0; })) /
               count;
    };
    std::uniform_real_distribution<double> uniform(-0.05, 0.05);
    std::normal_distribution<double> normal(0, 3);
    const double tolerance = 4 * std::sqrt(0.65 * 0.35 / count);
    CHECK(std::fabs(share([&] { return uniform(random); }) - 0.65) < tolerance);
    const double gaussian = std::erfc(0.7 * std::sqrt(2 / 3.14159265358979323846) / std::sqrt(2.0));
    CHECK(std::fabs(share([&] { return normal(random); }) - gaussian) < tolerance);
}

// Spec 1.5, the rows of D_w = M_w / 2; those of (M_w - 1) / 2 are in gradient_test.cpp.
TEST_CASE_TEMPLATE("literal states: share that is not zero, levels", Weight, LiteralStates<M_w{3}>,
                   LiteralStates<M_w{15}>, LiteralStates<M_w{255}>) {
    const double expected = Weight::count == 3 ? 0.3173 : Weight::count == 15 ? 0.8415 : 0.9906;
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    constexpr int count = 1'000'000;
    int nonzero = 0;
    int ends = 0;
    Vector levels;
    for (int i = 0; i < count; ++i) {
        const double value = WeightCode<Weight>::value(normal(random));
        nonzero += value != 0 ? 1 : 0;
        ends += std::fabs(value) == 1 ? 1 : 0;
        if (i < 200'000) levels.push_back(value);
    }
    const auto close = [](int found, double share) {
        return std::fabs(found / double{count} - share) <= 3 * std::sqrt(share * (1 - share) / count) + 0.00005;
    };
    CHECK(close(nonzero, expected));
    CHECK(close(ends, 0.0027));
    std::sort(levels.begin(), levels.end());
    const auto distinct = std::unique(levels.begin(), levels.end()) - levels.begin();
    if (Weight::count < 255) CHECK(distinct == Weight::count + 2);
    // The last step is a half of the others: no grid holds all levels.
    CHECK(levels[1] - levels[0] == doctest::Approx((levels[2] - levels[1]) / 2).epsilon(1e-9));
}

namespace {

/// Quantised weights of a layer of `units` units, by themselves.
template <class Weight, class Standardization>
struct TestLayer {
    ThreadPool pool{2};
    Row row;
    train::QuantizedWeights<Weight, Standardization> weights;

    TestLayer(std::int32_t fan_in, std::int32_t units)
        : row(make_row(fan_in, units)), weights(row, WeightTraits<Weight>::scaled || Standardization::scaled, 0, 0) {}

    static Row make_row(std::int32_t fan_in, std::int32_t units) {
        Row row{.extents = {.in = {1, 1, fan_in}, .out = {1, 1, units}}};
        row.weights = std::int64_t{fan_in} * units;
        if constexpr (!WeightTraits<Weight>::real) {
            row.weight_codes = Weight::codes;
            row.weight_states = Weight::states;
            row.weight_spacing = WeightTraits<Weight>::spacing;
            row.weight_offset = WeightTraits<Weight>::offset;
            row.weight_denominator = Weight::denominator;
        }
        return row;
    }
    void quantize(const std::vector<float>& latent) { weights.quantize(row, latent.data(), pool); }
    std::vector<float> gradient(const Vector& dvalue) {
        std::vector<float> result(dvalue.begin(), dvalue.end());
        std::vector<float> memory(dvalue.size());
        weights.latent_gradient(row, result.data(), memory.data(), pool);
        return result;
    }
};

/// A quantiser's value with the rounding left out: `what` are the standardised weights of the scope, `fixed` those at
/// which rounding, masks and all that counts as a constant are held; w and f are the i-th of them.
struct Scope {
    const Vector& what;
    const Vector& fixed;

    static double mean(const Vector& v) {
        double sum = 0;
        for (const double x : v) sum += std::fabs(x);
        return sum / static_cast<double>(v.size());
    }
    static double largest(const Vector& v) {
        double most = 0;
        for (const double x : v) most = std::max(most, std::fabs(std::tanh(x)));
        return most;
    }
};

double sign(double x) {
    return x >= 0 ? 1 : -1;
}

/// A function with the surrogate's derivative.
template <Slope G>
double soft(Indicator<G>, double w) {
    return G.value * std::clamp(w, -3.0, 3.0);
}
template <Slope G>
double soft(ClippedIdentity<G>, double w) {
    return G.value * std::clamp(w, -1.0, 1.0);
}
template <Slope G>
double soft(PlainIdentity<G>, double w) {
    return G.value * w;
}

/// `per_layer`: whether the scope is the layer. `hard(scope, w)` is the value itself, `soft_value(scope, i)` a function
/// whose derivative is what the gradient stands for.
template <class Weight>
struct Formula;

template <M_w Count, class S>
struct Formula<States<Count, S>> {
    static constexpr bool per_layer = false;
    static double hard(const Scope&, double w) {
        const double highest = (Count.count - 1) / 2;
        return std::clamp(sign(w) * std::floor(highest * std::fabs(w) / 3 + 0.5), -highest, highest) / highest;
    }
    static double soft_value(const Scope& s, std::size_t i) { return soft(S{}, s.what[i]); }
};
template <M_w Count, class S>
struct Formula<LiteralStates<Count, S>> {
    static constexpr bool per_layer = false;
    static double hard(const Scope&, double w) {
        const double step = Count.count / 2.0;
        return std::clamp(sign(w) * std::floor(step * std::fabs(w) / 3 + 0.5) / step, -1.0, 1.0);
    }
    static double soft_value(const Scope& s, std::size_t i) { return soft(S{}, s.what[i]); }
};
template <>
struct Formula<FloatWeights> {
    static constexpr bool per_layer = false;
    static double hard(const Scope&, double w) { return w; }
    static double soft_value(const Scope& s, std::size_t i) { return s.what[i]; }
};
template <WeightScale Scale, Per P, class S>
struct Formula<SignWeights<Scale, P, S>> {
    static constexpr bool per_layer = P == Per::layer;
    static double hard(const Scope& s, double w) {
        return sign(w) * (Scale == WeightScale::one ? 1.0 : Scope::mean(s.what));
    }
    static double soft_value(const Scope& s, std::size_t i) {
        if (Scale == WeightScale::one) return soft(S{}, s.what[i]);
        const double constant = Scope::mean(s.fixed) * soft(S{}, s.what[i]);
        if (Scale == WeightScale::mean) return constant;
        return constant + Scope::mean(s.what) * sign(s.fixed[i]);
    }
};
template <ThresholdFactor Factor, Per P, WeightScale Scale, class S>
struct Formula<TernaryWeights<Factor, P, Scale, S>> {
    static constexpr bool per_layer = P == Per::layer;
    static double code(const Vector& at, double w) {
        return std::fabs(w) <= Factor.value * Scope::mean(at) ? 0.0 : sign(w);
    }
    /// Mean of `what` over the weights that are not 0 in `at`.
    static double scale(const Vector& what, const Vector& at) {
        double sum = 0;
        double count = 0;
        for (std::size_t i = 0; i < what.size(); ++i) {
            sum += std::fabs(what[i] * code(at, at[i]));
            count += std::fabs(code(at, at[i]));
        }
        return sum / count;
    }
    static double hard(const Scope& s, double w) {
        return code(s.what, w) * (Scale == WeightScale::one ? 1.0 : scale(s.what, s.what));
    }
    static double soft_value(const Scope& s, std::size_t i) {
        if (Scale == WeightScale::one) return soft(S{}, s.what[i]);
        const double constant = scale(s.fixed, s.fixed) * soft(S{}, s.what[i]);
        if (Scale == WeightScale::mean) return constant;
        return constant + scale(s.what, s.fixed) * code(s.fixed, s.fixed[i]);
    }
};
template <int Bits, Maximum M>
struct Formula<DoReFa<Bits, M>> {
    static constexpr bool per_layer = true;
    static double hard(const Scope& s, double w) {
        if (Bits == 1) return sign(w) * Scope::mean(s.what);
        const double n = std::pow(2.0, Bits) - 1;
        const double r = std::fabs(std::tanh(w)) / (2 * Scope::largest(s.what)) + 0.5;
        return sign(w) * (2 * std::floor(n * r + 0.5) / n - 1);
    }
    static double soft_value(const Scope& s, std::size_t i) {
        if (Bits == 1) return s.what[i];
        return std::tanh(s.what[i]) / Scope::largest(M == Maximum::constant ? s.fixed : s.what);
    }
};

enum class Standard { unit, scaled, printed, plain };
template <class S>
constexpr Standard standard_of = std::is_same_v<S, WeightStandardization>          ? Standard::unit
                                 : std::is_same_v<S, ScaledWeightStandardization>  ? Standard::scaled
                                 : std::is_same_v<S, PrintedWeightStandardization> ? Standard::printed
                                                                                   : Standard::plain;

Vector standardized(Standard how, const Vector& w, std::size_t fan_in) {
    if (how == Standard::plain) return w;
    const auto n = static_cast<double>(fan_in);
    Vector result;
    for (std::size_t begin = 0; begin < w.size(); begin += fan_in) {
        double mean = 0;
        double variance = 0;
        for (std::size_t i = begin; i < begin + fan_in; ++i) mean += w[i] / n;
        for (std::size_t i = begin; i < begin + fan_in; ++i) variance += (w[i] - mean) * (w[i] - mean) / n;
        const double square = how == Standard::printed ? n * std::sqrt(variance) + 1e-5 : variance + 1e-5;
        for (std::size_t i = begin; i < begin + fan_in; ++i) result.push_back((w[i] - mean) / std::sqrt(square));
    }
    return result;
}

/// All values of a layer by the formulas: hard, or soft around `fixed`.
template <class Weight, class Standardization>
Vector formula_values(const Vector& w, const Vector* fixed, std::size_t fan_in) {
    constexpr Standard how = standard_of<Standardization>;
    const Vector what = standardized(how, w, fan_in);
    const Vector held = fixed == nullptr ? what : standardized(how, *fixed, fan_in);
    const std::size_t size = Formula<Weight>::per_layer ? w.size() : fan_in;
    const double factor = how == Standard::scaled ? 1 / std::sqrt(static_cast<double>(fan_in)) : 1.0;
    Vector result;
    for (std::size_t begin = 0; begin < w.size(); begin += size) {
        const auto part = [&](const Vector& v) {
            return Vector(v.begin() + static_cast<std::ptrdiff_t>(begin),
                          v.begin() + static_cast<std::ptrdiff_t>(begin + size));
        };
        const Vector own = part(what);
        const Vector own_fixed = part(held);
        const Scope scope{own, own_fixed};
        for (std::size_t i = 0; i < size; ++i) {
            result.push_back(factor * (fixed == nullptr ? Formula<Weight>::hard(scope, own[i])
                                                        : Formula<Weight>::soft_value(scope, i)));
        }
    }
    return result;
}

/// Values, and their gradient, through the library's whole path of weights, against the formulas.
template <class Weight, class Standardization>
void check_layer(unsigned seed) {
    constexpr std::int32_t fan_in = 27;
    constexpr std::int32_t units = 6;
    std::mt19937 random(seed);
    for (const double deviation : {1.0, 0.3, 2.0}) {
        TestLayer<Weight, Standardization> layer(fan_in, units);
        const auto latent = normal_vector<float>(fan_in * units, random, deviation, 0.1);
        const Vector w(latent.begin(), latent.end());
        layer.quantize(latent);
        const Vector expected = formula_values<Weight, Standardization>(w, nullptr, fan_in);
        int rounded_otherwise = 0;  // by single precision, where two values are equally close
        for (std::size_t i = 0; i < w.size(); ++i) {
            if (std::fabs(static_cast<double>(layer.weights.values[i]) - expected[i]) > 1e-5) ++rounded_otherwise;
            if constexpr (!WeightTraits<Weight>::real) {
                const int odd = layer.row.weight_spacing * layer.weights.codes[i] + layer.row.weight_offset;
                const double scale = layer.weights.weight_scale[i / fan_in];
                CHECK(static_cast<double>(layer.weights.values[i]) ==
                      doctest::Approx(scale * odd / layer.row.weight_denominator).epsilon(1e-6));
                CHECK(Weight::codes.contains(layer.weights.codes[i]));
            }
        }
        CHECK(rounded_otherwise == 0);

        const Vector dvalue = normal_vector(w.size(), random);
        const std::vector<float> found = layer.gradient(dvalue);
        const Vector gradient(found.begin(), found.end());
        double norm = 0;
        for (const double g : gradient) norm += g * g;
        CHECK(norm > 0);
        for (int repetition = 0; repetition < 10; ++repetition) {
            // Sometimes one weight alone.
            Vector direction = normal_vector(w.size(), random);
            if (repetition >= 5) {
                std::fill(direction.begin(), direction.end(), 0.0);
                direction[random() % direction.size()] = 1;
            }
            constexpr double h = 1e-6;
            double value[2] = {};
            for (const int side : {0, 1}) {
                Vector moved = w;
                for (std::size_t i = 0; i < w.size(); ++i) moved[i] += (side == 0 ? -h : h) * direction[i];
                value[side] = dot(dvalue, formula_values<Weight, Standardization>(moved, &w, fan_in));
            }
            const double difference = (value[1] - value[0]) / (2 * h);
            INFO("deviation " << deviation << ", repetition " << repetition);
            CHECK(std::fabs(difference - dot(gradient, direction)) <=
                  1e-5 * std::sqrt(norm * dot(direction, direction)));
        }
    }
}

template <class Weight>
void check_under_all_standardizations(unsigned seed) {
    check_layer<Weight, NoWeightStandardization>(seed);
    check_layer<Weight, WeightStandardization>(seed + 1);
    check_layer<Weight, ScaledWeightStandardization>(seed + 2);
    check_layer<Weight, PrintedWeightStandardization>(seed + 3);
}

}  // namespace

TEST_CASE_TEMPLATE("values and gradients follow the formulas", Weight, States<M_w{3}>, States<M_w{15}>,
                   States<M_w{15}, Indicator<Slope{1.0 / 3}>>, States<M_w{3}, ClippedIdentity<>>,
                   States<M_w{3}, PlainIdentity<Slope{2.0}>>, LiteralStates<M_w{3}>,
                   LiteralStates<M_w{15}, ClippedIdentity<Slope{0.5}>>, FloatWeights, BinaryWeights,
                   SignWeights<WeightScale::one, Per::channel, Indicator<>>,
                   SignWeights<WeightScale::one, Per::channel, PlainIdentity<>>, Bwn,
                   SignWeights<WeightScale::mean, Per::layer, PlainIdentity<>>,
                   SignWeights<WeightScale::differentiated_mean>,
                   SignWeights<WeightScale::differentiated_mean, Per::layer, ClippedIdentity<Slope{0.5}>>) {
    check_under_all_standardizations<Weight>(100);
}

TEST_CASE_TEMPLATE("values and gradients follow the formulas: ternary and DoReFa", Weight, TernaryWeights<>, Twn,
                   TernaryWeights<ThresholdFactor{1.2}, Per::channel>,
                   TernaryWeights<ThresholdFactor{0.4}, Per::channel, WeightScale::mean, ClippedIdentity<>>,
                   TernaryWeights<ThresholdFactor{0.7}, Per::layer, WeightScale::differentiated_mean>,
                   TernaryWeights<ThresholdFactor{0.7}, Per::channel, WeightScale::differentiated_mean, Indicator<>>,
                   DoReFa<1>, DoReFa<2>, DoReFa<3>, DoReFa<4>, DoReFa<5>, DoReFa<6>, DoReFa<7>, DoReFa<8>,
                   DoReFa<1, Maximum::differentiated>, DoReFa<2, Maximum::differentiated>,
                   DoReFa<8, Maximum::differentiated>) {
    check_under_all_standardizations<Weight>(200);
}

namespace {

/// Whether one weight against all others has a code that is not 0 among `fan_in` weights of a unit.
template <class Weight, class Standardization>
bool reaches_a_code(std::int32_t fan_in) {
    TestLayer<Weight, Standardization> layer(fan_in, 2);
    std::vector<float> w(static_cast<std::size_t>(2 * fan_in), 0.0F);
    w[0] = 100;
    w[static_cast<std::size_t>(fan_in)] = -100;
    layer.quantize(w);
    return layer.weights.density() > 0;
}

template <class Weight>
void check_smallest_fan_in() {
    const auto check = [&]<class Standardization>(Standardization) {
        constexpr auto smallest = static_cast<std::int32_t>(smallest_fan_in<Weight, Standardization>);
        INFO(WeightTraits<Weight>::name << ", " << Standardization::name << ", " << smallest);
        CHECK(reaches_a_code<Weight, Standardization>(smallest));
        for (std::int32_t fan_in = 1; fan_in < smallest; ++fan_in) {
            CHECK(!reaches_a_code<Weight, Standardization>(fan_in));
        }
    };
    check(WeightStandardization{});
    check(ScaledWeightStandardization{});
    check(PrintedWeightStandardization{});
    check(NoWeightStandardization{});
}

}  // namespace

TEST_CASE("the smallest fan-in is the first at which a weight can be anything but zero") {
    check_smallest_fan_in<States<M_w{3}>>();
    check_smallest_fan_in<States<M_w{5}>>();
    check_smallest_fan_in<States<M_w{255}>>();
    check_smallest_fan_in<LiteralStates<M_w{3}>>();
    check_smallest_fan_in<LiteralStates<M_w{5}>>();
    check_smallest_fan_in<TernaryWeights<ThresholdFactor{0.7}, Per::channel>>();
    check_smallest_fan_in<TernaryWeights<ThresholdFactor{1.0}, Per::channel>>();
    check_smallest_fan_in<TernaryWeights<ThresholdFactor{2.4}, Per::channel>>();
    check_smallest_fan_in<FloatWeights>();
}

TEST_CASE_TEMPLATE("unit standardisation: invariant to scale and shift, gradients orthogonal to both", S,
                   WeightStandardization, ScaledWeightStandardization) {
    std::mt19937 random(11);
    using Standard = train::Standardizer<S>;
    for (const std::size_t n : {2U, 9U, 64U}) {
        const auto count = static_cast<std::int64_t>(n);
        const Vector w = normal_vector(n, random, 20);
        Vector other = w;
        for (double& x : other) x = 3.5 * x - 7;
        Vector y(n);
        Vector moved(n);
        const double inverse = Standard::forward(w.data(), count, y.data());
        Standard::forward(other.data(), count, moved.data());
        double square = 0;
        for (std::size_t i = 0; i < n; ++i) {
            CHECK(y[i] == doctest::Approx(moved[i]).epsilon(1e-6));  // epsilon stands beside the variance
            square += y[i] * y[i];
        }
        CHECK(square / static_cast<double>(n) == doctest::Approx(1).epsilon(1e-6));
        Vector gradient = normal_vector(n, random);
        Standard::backward(y.data(), inverse, count, gradient.data());
        double along_ones = 0;
        for (const double g : gradient) along_ones += g;
        CHECK(std::fabs(along_ones) < 1e-12);
        CHECK(std::fabs(dot(gradient, y)) < 1e-5);
    }
    CHECK(Standard::scale(16) == (S::scaled ? 0.25 : 1.0));
    CHECK(Standard::scale(1) == 1.0);
}

TEST_CASE("printed standardisation: its gradient, invariant to shifts, not to scale, and constants give zeros") {
    std::mt19937 random(12);
    using Standard = train::Standardizer<PrintedWeightStandardization>;
    constexpr std::size_t n = 25;
    const Vector w = normal_vector(n, random, 2);
    Vector y(n);
    const double inverse = Standard::forward(w.data(), n, y.data());
    Vector other = w;
    for (double& x : other) x += 5;
    Vector shifted(n);
    Standard::forward(other.data(), n, shifted.data());
    for (double& x : other) x *= 4;
    Vector scaled(n);
    Standard::forward(other.data(), n, scaled.data());
    const Vector expected = standardized(::Standard::printed, w, n);
    for (std::size_t i = 0; i < n; ++i) {
        CHECK(y[i] == doctest::Approx(expected[i]).epsilon(1e-12));
        CHECK(shifted[i] == doctest::Approx(y[i]).epsilon(1e-9));
        // Four times the weights: twice the result.
        CHECK(scaled[i] == doctest::Approx(2 * y[i]).epsilon(1e-6));
    }
    const Vector dy = normal_vector(n, random);
    Vector gradient = dy;
    Standard::backward(y.data(), inverse, n, gradient.data());
    double along_ones = 0;
    for (const double g : gradient) along_ones += g;
    CHECK(std::fabs(along_ones) < 1e-12);
    CHECK(std::fabs(dot(gradient, y)) > 1e-3);  // not orthogonal to the weights
    for (std::size_t i = 0; i < n; ++i) {
        Vector up = w;
        Vector down = w;
        up[i] += 1e-6;
        down[i] -= 1e-6;
        const double difference =
            (dot(dy, standardized(::Standard::printed, up, n)) - dot(dy, standardized(::Standard::printed, down, n))) /
            2e-6;
        CHECK(gradient[i] == doctest::Approx(difference).epsilon(1e-6));
    }
    const Vector same(n, 2.0 / 3.0);
    CHECK(Standard::forward(same.data(), n, y.data()) < 1e3);
    const std::vector<float> singles(n, 0.25F);
    std::vector<float> out(n, 1.0F);
    std::vector<float> d(n, 1.0F);
    CHECK(Standard::forward(singles.data(), n, out.data()) == 0.0F);
    Standard::backward(out.data(), 0.0F, n, d.data());
    for (std::size_t i = 0; i < n; ++i) CHECK((out[i] == 0.0F && d[i] == 0.0F));
}

// Spec 1.5 through the standardisation: latent weights of any size and place.
TEST_CASE_TEMPLATE("R_w of standardised normal weights", Weight, States<M_w{3}>, States<M_w{15}>, States<M_w{255}>,
                   LiteralStates<M_w{3}>, LiteralStates<M_w{15}>, LiteralStates<M_w{255}>) {
    constexpr bool literal = WeightTraits<Weight>::real;
    const int count = [] {
        if constexpr (literal)
            return Weight::count;
        else
            return Weight::states;
    }();
    const double expected = count == 3    ? (literal ? 0.3173 : 0.1336)
                            : count == 15 ? (literal ? 0.8415 : 0.8303)
                                          : 0.9906;
    std::mt19937 random(13);
    TestLayer<Weight, WeightStandardization> layer(1000, 300);
    layer.quantize(normal_vector<float>(300'000, random, 0.5, 0.3));
    const double sampling = std::sqrt(expected * (1 - expected) / 300'000);
    CHECK(std::fabs(layer.weights.density() - expected) < 4 * sampling + 0.0002);
}

TEST_CASE("weights that are not finite are told") {
    TestLayer<DoReFa<4>, NoWeightStandardization> layer(4, 2);
    std::vector<float> w(8, 0.5F);
    CHECK_NOTHROW(layer.quantize(w));
    w[6] = INFINITY;
    CHECK_THROWS_AS(layer.quantize(w), std::runtime_error);
    w[6] = NAN;
    CHECK_THROWS_AS(layer.quantize(w), std::runtime_error);
}
