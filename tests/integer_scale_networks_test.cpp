// Networks with integer scales of each form: facts, gradients against differences, the integer program against training
// on every value, the certificate against changed integers, partial passes and partial training.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/integer/step_parameters.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/train/lowering.hpp"
#include "support/network_checks.hpp"

namespace integer_scale_networks_test {

namespace {

using namespace intaglio;
using train::Statistics;

template <class Mode, class Weight, int Bits>
using Scaled = Defaults<Weight, IntegerScale<Mode>, DoReFaAct<Bits>>;

/// Weights of 8, 4 and 1 bits, activations of 8, 4 and 1 bits, pools, dropout.
template <class Mode>
struct Plain : Network<Image<2, 8, 8>, Scaled<Mode, DoReFa<4>, 8>, Conv<DoReFa<8>, Out<5>>, MaxPool<2>,
                       Dropout<Rate{0.25}>, Conv<Out<7>, DoReFaAct<4>>, AvgPool<2>, Conv<Out<6>, Unscaled<DoReFa<1>>>,
                       Dense<Flatten, Out<9>, DoReFaAct<1>>, Classifier<DoReFa<8>, Out<3>>> {};

/// Residual blocks that land by scales, an activation behind the join, weights that are standardised.
template <class Mode>
struct Blocks
    : Network<Image<1, 6, 6>, Scaled<Mode, States<M_w{15}>, 8>, Conv<Out<18>>,
              Residual<Sequence<Conv<Out<18>>, Conv<Out<18>, NoActivation>>>, Activate<>,
              Residual<Conv<Out<4>, Stride<2>, NoActivation>, Conv<Out<4>, Kernel<1>, Stride<2>, NoActivation>>,
              Activate<SignedAct<M_a{31}>>, GlobalAvgPool, Classifier<Out<3>>> {};

/// Branches side by side and multiplied, one value read many times.
template <class Mode>
struct Branches
    : Network<Image<2, 6, 6>, Scaled<Mode, DoReFa<3>, 4>, Conv<Out<4>>,
              Concat<Conv<Out<3>>, Sequence<Conv<Out<5>>, Conv<Out<2>>>, Identity>,
              Multiply<Identity, Sequence<GlobalAvgPool, Dense<Out<9>>>>, Activate<>,
              Concat<Conv<Out<3>, NoActivation>, Conv<Out<2>, Kernel<1>, NoActivation>, BranchGrid<QInt<8>>>,
              Activate<>, MaxPool<2>, Classifier<Out<3>>> {};

/// Activations that stay thresholds, behind scales all the same.
template <class Mode>
struct Signs : Network<Image<1, 6, 6>, Defaults<Unscaled<DoReFa<1>>, IntegerScale<Mode>, Sign<>>, Conv<Out<5>>,
                       MaxPool<2>, Conv<Out<6>>, Classifier<Out<3>>> {};

/// No dropout: the same network twice. Straight-through throughout.
template <class Mode>
struct Smooth
    : Network<Image<1, 6, 6>, Defaults<States<M_w{255}>, NoWeightStandardization, IntegerScale<Mode>, DoReFaAct<8>>,
              Conv<Out<4>>, Residual<Conv<Out<4>>>, Activate<>, AvgPool<2>, Dense<Flatten, Out<6>>,
              Classifier<Out<3>>> {};

/// The scale of a layer, of a join, of an activation and of the logits by themselves; a branch and the logits without.
struct Own : Network<Image<1, 6, 6>, Defaults<DoReFa<4>, IntegerScale<Scale::LayerBias>, DoReFaAct<4>>,
                     Conv<Out<4>, IntegerScale<Scale::Layer>>,
                     Residual<Conv<Out<4>, NoActivation>, Identity, IntegerScale<Scale::Channel>>,
                     Activate<IntegerScale<Scale::PowerOfTwo>>,
                     Concat<Conv<Out<2>, NoActivation>, Conv<Out<3>, NoActivation>, BranchGrid<QInt<8>>, NoNorm>,
                     Normalize<>, Activate<>, Dense<Flatten, Out<5>, NoNorm>,
                     Classifier<Out<3>, IntegerScale<Scale::Precision<Scale::Layer, 7>>>> {};

static_assert(WithEpsilon<IntegerScale<Scale::Layer>, Epsilon{1e-3}>::problem().exists());

/// The forms of a network's scales, a letter each in the order of its rows; before steps without one, and logits, a
/// dot.
template <class Net>
constexpr std::string forms() {
    std::string letters;
    for (const Row& row : facts<Net>.rows) {
        if (row.steps == 0 && row.kind != std::string_view("logits")) continue;
        const ScaleForm& form = row.scale;
        letters += !form.given           ? '.'
                   : form.precision == 1 ? 'p'
                   : form.precision == 7 ? '7'
                   : form.one_addend     ? 'l'
                   : form.one_multiplier ? 'b'
                                         : 'c';
    }
    return letters;
}

using EightBits = Scale::Precision<Scale::LayerBias, 8>;

/// Gains that use the range of the activations, of both signs where a channel has its own; biases.
template <class Net>
void scale_parameters(Training<Net>& training, const std::vector<std::uint8_t>& pixels, std::int64_t images,
                      std::mt19937& random) {
    std::normal_distribution<float> normal;
    for (const ParameterRange& range : Training<Net>::ranges()) {
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            float& p = training.parameters()[static_cast<std::size_t>(i)];
            p = range.kind == ParameterKind::gain     ? 1.0F
                : range.kind == ParameterKind::weight ? 0.6F * normal(random)
                                                      : 0;
        }
    }
    // Each scale in turn: the spread of what it reads becomes about the range of what follows.
    for (const ParameterRange& range : Training<Net>::ranges()) {
        if (range.kind == ParameterKind::weight) continue;
        training.parameters_changed();
        training.forward(pixels.data(), images, Statistics::running, static_cast<std::size_t>(range.row) + 1);
        const Row& row = facts<Net>.row(range.row);
        const Value& in = facts<Net>.value(row.input);
        double squares = 0;
        double count = 0;
        training.visit(row.input, [&](const auto* codes) {
            for (std::int64_t i = 0; i < images * in.shape.size(); ++i, ++count) {
                squares += std::pow(static_cast<double>(codes[i]) / static_cast<double>(in.denominator), 2);
            }
        });
        const double size = std::sqrt(squares / count) + 1e-9;
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            const float x = normal(random);
            training.parameters()[static_cast<std::size_t>(i)] =
                range.kind == ParameterKind::gain
                    ? static_cast<float>((x < -0.8F && range.count > 1 ? -0.8 : 0.8) / size)
                    : 0.3F + 0.2F * x;
        }
    }
    training.parameters_changed();
}

/// The code of a channel for an accumulator, by the integers of the step alone.
std::int64_t code(const Row& row, std::int64_t channels, const std::byte* parameters, std::int64_t c, std::int64_t a) {
    const auto layout = integer::dyadic_layout(channels, row.scale);
    const std::int64_t k = row.scale.one_multiplier ? 0 : c;
    const std::int64_t m = reinterpret_cast<const std::int32_t*>(parameters + layout.multiplier)[k];
    const std::int64_t addend =
        reinterpret_cast<const std::int64_t*>(parameters + layout.addend)[row.scale.one_addend ? 0 : c];
    return std::clamp((a * m + addend) >> static_cast<int>(parameters[layout.shift + k]), row.codes.lowest,
                      row.codes.highest);
}

/// Whether two steps differ anywhere in the range of accumulators.
bool steps_differ(const Row& row, CodeRange range, std::int64_t channels, const std::byte* first,
                  const std::byte* second) {
    for (std::int64_t c = 0; c < channels; ++c) {
        for (std::int64_t a = range.lowest; a <= range.highest; ++a) {
            if (code(row, channels, first, c, a) != code(row, channels, second, c, a)) return true;
        }
    }
    return false;
}

struct Found {
    int multiplier = 0;
    int shift = 0;
    int addend = 0;
};

/// Every changed integer of a scaled step is found if it changes the function, and only then.
template <class Net>
Found change_integers(Training<Net>& training) {
    const Model<Net> model = lower(training);
    IntegerNetwork<Net> network(model);
    Found found;
    Training<Net>::each([&]<std::size_t I>() {
        constexpr const Row& row = facts<Net>.rows[I];
        std::byte* parameters = network.parameters().bytes + integer::plan<Net, simd::NativeTarget>.parameters[I];
        constexpr std::int64_t channels = facts<Net>.value(row.output).shape.channels;
        if constexpr (row.scale.given && row.steps > 0 && !row.has_thresholds()) {
            const auto layout = integer::dyadic_layout(channels, row.scale);
            const CodeRange range = facts<Net>.value(row.input).codes;
            const std::vector<std::byte> before(parameters, parameters + layout.bytes);
            const auto change = [&](auto& number, auto to, int& count) {
                const auto kept = number;
                number = static_cast<std::decay_t<decltype(number)>>(to);
                const bool differs = steps_differ(row, range, channels, before.data(), parameters);
                const Certificate certificate = certify(model, network);
                CHECK((certificate.differences > 0) == differs);
                CHECK(certificate.proven() == !differs);
                count += differs ? 1 : 0;
                number = kept;
            };
            const std::int64_t last = row.scale.multipliers(channels) - 1;
            const std::int64_t end = row.scale.addends(channels) - 1;
            auto& m = reinterpret_cast<std::int32_t*>(parameters + layout.multiplier)[last];
            auto& s = reinterpret_cast<std::uint8_t*>(parameters + layout.shift)[last];
            auto& c = reinterpret_cast<std::int64_t*>(parameters + layout.addend)[end];
            for (const int by : {-1, 1}) {
                change(m, m + by, found.multiplier);
                change(m, m + by * (m / 8), found.multiplier);
                change(s, s + by, found.shift);
                change(c, c + by, found.addend);
                change(c, c + by * (std::int64_t{1} << s), found.addend);
            }
        }
        if constexpr (I + 1 == Training<Net>::rows) {
            const auto layout = integer::logit_layout(facts<Net>.classes(), row.scale);
            auto& m = *reinterpret_cast<std::int32_t*>(parameters + layout.multiplier);
            auto& c = *reinterpret_cast<std::int64_t*>(parameters + layout.addend);
            ++m;
            CHECK(!certify(model, network).proven());
            --m;
            ++c;
            CHECK(!certify(model, network).proven());
            --c;
        }
    });
    CHECK(certify(training, network).proven());
    return found;
}

template <class Net>
void check_program(unsigned seed, bool has_scaled_steps = true) {
    std::mt19937 random(seed);
    constexpr std::int64_t images = 5;
    Training<Net> training(images, 2, seed);
    for (int repetition = 0; repetition < 2; ++repetition) {
        const std::vector<std::uint8_t> pixels = checks::random_pixels(images * Training<Net>::pixels, random);
        scale_parameters(training, pixels, images, random);
        for (const Certificate& c : {checks::check_integer_program<simd::Portable>(training, pixels, images),
                                     checks::check_integer_program<simd::Native>(training, pixels, images)}) {
            // The function that is trained is the function of the integers: each step is where it belongs.
            CHECK(c.largest_distance == doctest::Approx(0.5).epsilon(1e-9));
            CHECK(c.weights_compared == facts<Net>.weights());
        }
        // The networks are not asleep: every step gives several codes.
        Training<Net>::each([&]<std::size_t I>() {
            constexpr const Row& row = facts<Net>.rows[I];
            if constexpr (row.steps > 0) {
                const auto codes = tools::all_codes(training, images)[static_cast<std::size_t>(row.output)];
                const auto [low, high] = std::minmax_element(codes.begin(), codes.end());
                INFO("row " << I);
                CHECK(*low < *high);
            }
        });
        if (repetition > 0) continue;
        const Found found = change_integers(training);
        if (has_scaled_steps) {
            CHECK(found.multiplier >= 2);
            CHECK(found.shift >= 2);
            CHECK(found.addend >= 2);
        }
    }
}

/// Integers behind which a multiplier stands, counted in the layouts of the integer program.
template <class Net>
std::int64_t multipliers_in_layouts() {
    std::int64_t count = 0;
    Training<Net>::each([&]<std::size_t I>() {
        constexpr const Row& row = facts<Net>.rows[I];
        constexpr std::int64_t channels = facts<Net>.value(row.output).shape.channels;
        if (row.steps > 0 && !row.has_thresholds()) count += row.scale.multipliers(channels);
        if (I + 1 == Training<Net>::rows) count += row.scale.multipliers(channels);
    });
    return count;
}

}  // namespace

TEST_CASE("layouts hold what the form has, and nothing more") {
    using integer::dyadic_layout;
    using integer::logit_layout;
    constexpr ScaleForm channel = Scale::Channel::form;
    constexpr ScaleForm bias = Scale::LayerBias::form;
    constexpr ScaleForm layer = Scale::Layer::form;
    // Each array begins at a multiple of 64 bytes.
    static_assert(dyadic_layout(100, {}).bytes == 832 + 448 + 128);
    static_assert(dyadic_layout(100, channel).bytes == dyadic_layout(100, {}).bytes);
    static_assert(dyadic_layout(100, bias).bytes == 832 + 64 + 64);
    static_assert(dyadic_layout(100, Scale::PowerOfTwo::form).bytes == 832 + 64 + 64);
    static_assert(dyadic_layout(100, layer).bytes == 3 * 64);
    static_assert(logit_layout(100, layer).bytes == 2 * 64);
    static_assert(logit_layout(100, bias).bytes == 832 + 64);
    static_assert(logit_layout(100, channel).bytes == 832 + 448);
    static_assert(Scale::Precision<Scale::Layer, 8>::form.precision == 8);
    static_assert(Scale::Precision<Scale::Layer, 8>::form.one_addend);
    static_assert(!Scale::Precision<Scale::LayerBias, 8>::form.one_addend);
    static_assert(Scale::PowerOfTwo::form.precision == 1);

    // One multiplier for each step and for the logits; no norm.
    static_assert(facts<Plain<Scale::Layer>>.norms() == 0);
    static_assert(facts<Plain<Scale::Layer>>.multipliers() == 4 + 1);
    static_assert(facts<Plain<Scale::LayerBias>>.multipliers() == 4 + 1);
    static_assert(facts<Plain<Scale::PowerOfTwo>>.multipliers() == 4 + 1);
    static_assert(facts<Plain<Scale::Channel>>.multipliers() == 5 + 7 + 6 + 9 + 3);
    // Three convolutions with a step of their own, two branches on the grid twice, two steps behind joins, the logits.
    static_assert(facts<Blocks<Scale::LayerBias>>.multipliers() == 2 + 2 + 1 + 2 + 1 + 1);
    static_assert(facts<Blocks<Scale::LayerBias>>.norms() == 0);
    // Signs stay thresholds.
    static_assert(facts<Signs<Scale::LayerBias>>.multipliers() == 1);
    static_assert(facts<Signs<Scale::Channel>>.multipliers() == 3);
    static_assert(facts<Signs<Scale::LayerBias>>.multiplier_free());
    static_assert(!facts<Plain<Scale::LayerBias>>.multiplier_free());
    // A norm is counted, a scale is not; its biases and gains are trained parameters.
    struct Normed : Network<Features<4>, Defaults<DoReFa<4>, BatchNorm, DoReFaAct<4>>, Dense<Out<5>>, Dense<Out<6>>,
                            Classifier<Out<3>>> {};
    static_assert(facts<Normed>.norms() == 3);
    static_assert(facts<Normed>.multipliers() == 3);  // thresholds: 15 steps of 5 and of 6 channels
    struct OneGain : Network<Features<4>, Defaults<DoReFa<4>, IntegerScale<Scale::Layer>, DoReFaAct<4>>, Dense<Out<5>>,
                             Classifier<NoNorm, Out<3>>> {};
    static_assert(facts<OneGain>.parameters() - facts<OneGain>.weights() == 1);
    static_assert(facts<OneGain>.multipliers() == 1 + 3);

    CHECK(multipliers_in_layouts<Plain<Scale::Layer>>() == facts<Plain<Scale::Layer>>.multipliers());
    CHECK(multipliers_in_layouts<Blocks<Scale::Channel>>() == facts<Blocks<Scale::Channel>>.multipliers());
    // Bytes of the parameters of the integer program, row by row.
    Training<Plain<Scale::Layer>>::each([]<std::size_t I>() {
        constexpr const Row& row = facts<Plain<Scale::Layer>>.rows[I];
        if (row.steps == 0) return;
        const auto& begin = integer::plan<Plain<Scale::Layer>, simd::NativeTarget>.parameters;
        CHECK(begin[I + 1] - begin[I] == 3 * 64);
    });
}

TEST_CASE(
    "a scale is the norm of a layer, of a join, of an activation, of the logits: its own, or that of the defaults") {
    // Conv; both branches of the block; Activate; both of the Concat; Activate; Dense; logits.
    CHECK(forms<Own>() == "lccp..b.7");
    CHECK(facts<Own>.norms() == 0);
    CHECK(forms<Network<Features<4>, Defaults<DoReFa<4>, IntegerScale<Scale::Layer>>, Dense<Out<2>>>>() == "l");
    // The last layer decides about the logits.
    CHECK(forms<Network<Features<4>, Defaults<DoReFa<4>, IntegerScale<Scale::Layer>>, Dense<Out<2>, BatchNorm>>>() ==
          ".");
    CHECK(forms<Network<Image<1, 4, 4>, Defaults<DoReFa<4>, IntegerScale<Scale::LayerBias>>, Conv<Out<2>>,
                        GlobalAvgPool>>() == "b");
    std::mt19937 random(4);
    Training<Own> training(3);
    const std::vector<std::uint8_t> pixels = checks::random_pixels(3 * Training<Own>::pixels, random);
    scale_parameters(training, pixels, 3, random);
    checks::check_integer_program<simd::Portable>(training, pixels, 3);
}

TEST_CASE_TEMPLATE("the integer program is what is trained, and its certificate finds changed integers", Mode,
                   Scale::Layer, Scale::LayerBias, Scale::Channel, Scale::PowerOfTwo, EightBits) {
    check_program<Plain<Mode>>(1);
    if constexpr (Mode::form.precision == 15) {
        check_program<Blocks<Mode>>(2);
        check_program<Branches<Mode>>(3);
        check_program<Signs<Mode>>(4, false);
    }
}

TEST_CASE_TEMPLATE("gradients of scales, biases and weights are differences of the network in real numbers", Mode,
                   Scale::Layer, Scale::LayerBias, Scale::Channel) {
    std::mt19937 random(5);
    constexpr std::int64_t images = 5;
    using Net = Smooth<Mode>;
    Training<Net> training(images + 2, 2, 5);
    const std::vector<std::uint8_t> pixels = checks::random_pixels(images * Training<Net>::pixels, random);
    scale_parameters(training, pixels, images, random);
    // Saturated units, too: the derivative reaches half of the range beyond its ends.
    for (const ParameterRange& range : Training<Net>::ranges()) {
        for (std::int64_t i = range.begin; i < range.begin + range.count && range.kind == ParameterKind::gain; ++i) {
            training.parameters()[static_cast<std::size_t>(i)] *= 1.5F;
        }
    }
    training.parameters_changed();
    checks::check_gradients(training, pixels, images, random, 1e-3);
}

namespace {

template <class Weight>
struct Binary : Network<Image<1, 6, 6>, Defaults<Weight, IntegerScale<Scale::Channel>, DoReFaAct<4>>, Conv<Out<4>>,
                        Dense<Flatten, Out<5>>, Classifier<Out<3>>> {};

}  // namespace

TEST_CASE("weights without their mean: the same network and gradients where the multipliers take the mean over") {
    std::mt19937 random(7);
    constexpr std::int64_t images = 5;
    using With = Binary<DoReFa<1>>;
    using Without = Binary<Unscaled<DoReFa<1>>>;
    static_assert(facts<With>.value(1).scaled);
    static_assert(!facts<Without>.value(1).scaled);
    Training<With> with(images);
    Training<Without> without(images);
    const std::vector<std::uint8_t> pixels = checks::random_pixels(images * 36, random);
    scale_parameters(with, pixels, images, random);
    // gains: of the same channels, times the mean of the weights in front
    std::vector<double> factor(with.parameters().size(), 1.0);
    double mean = 1;
    for (const ParameterRange& range : Training<With>::ranges()) {
        if (range.kind == ParameterKind::weight) {
            mean = 0;
            for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
                mean += std::fabs(static_cast<double>(with.parameters()[static_cast<std::size_t>(i)]));
            }
            mean /= static_cast<double>(range.count);
        }
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            const auto k = static_cast<std::size_t>(i);
            if (range.kind == ParameterKind::gain) factor[k] = mean;
            without.parameters()[k] = static_cast<float>(static_cast<double>(with.parameters()[k]) * factor[k]);
        }
    }
    without.parameters_changed();
    with.forward(pixels.data(), images, Statistics::batch);
    without.forward(pixels.data(), images, Statistics::batch);
    CHECK(tools::all_codes(with, images) == tools::all_codes(without, images));
    std::normal_distribution<float> normal;
    for (std::size_t i = 0; i < with.logit_gradient().size(); ++i) {
        with.logit_gradient()[i] = without.logit_gradient()[i] = normal(random);
    }
    with.backward();
    without.backward();
    for (const ParameterRange& range : Training<With>::ranges()) {
        double error = 0;
        double square = 0;
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            const auto k = static_cast<std::size_t>(i);
            const auto expected = static_cast<double>(with.gradients()[k]);
            square += expected * expected;
            error += std::pow(static_cast<double>(without.gradients()[k]) * factor[k] - expected, 2);
        }
        INFO("row " << range.row << " kind " << static_cast<int>(range.kind));
        CHECK(square > 0);
        CHECK(std::sqrt(error) <= 1e-5 * std::sqrt(square));
    }
    // All weights 0: a mean of 0 has no inverse.
    for (const ParameterRange& range : Training<Without>::ranges()) {
        if (range.kind != ParameterKind::weight) continue;
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            without.parameters()[static_cast<std::size_t>(i)] = 0;
        }
    }
    without.parameters_changed();
    without.forward(pixels.data(), images, Statistics::batch);
    without.backward();
    for (const float g : without.gradients()) CHECK(std::isfinite(g));
}

TEST_CASE("a gain or bias that is not finite, or too steep, is an exception and no integer") {
    using Net = Smooth<Scale::LayerBias>;
    Training<Net> training(2);
    const std::vector<std::uint8_t> pixels(72, 100);
    for (const ParameterRange& range : Training<Net>::ranges()) {
        float& p = training.parameters()[static_cast<std::size_t>(range.begin)];
        const float kept = p;
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            p = bad;
            training.parameters_changed();
            INFO("row " << range.row << " kind " << static_cast<int>(range.kind));
            CHECK_THROWS_AS(training.forward(pixels.data(), 2, Statistics::batch), std::runtime_error);
            CHECK_THROWS_AS(static_cast<void>(lower(training)), std::runtime_error);
        }
        p = kept;
        training.parameters_changed();
        CHECK_NOTHROW(training.forward(pixels.data(), 2, Statistics::batch));
    }
}

TEST_CASE("the signature of a network names the bits of its multipliers") {
    CHECK(model_signature(facts<Plain<Scale::LayerBias>>.view()) != model_signature(facts<Plain<EightBits>>.view()));
    CHECK(model_signature(facts<Plain<Scale::LayerBias>>.view()) !=
          model_signature(facts<Plain<Scale::PowerOfTwo>>.view()));
}

}  // namespace integer_scale_networks_test
