// Norms: facts, gradients against differences of a naive network, statistics of scaled values, lowering.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/report/model_facts.hpp"
#include "intaglio/train/loop/reestimation.hpp"
#include "support/network_checks.hpp"
#include "support/test_weights.hpp"

namespace {

using namespace intaglio;
using test_weights::Real;
using test_weights::ScaledTernary;
using train::Statistics;

using Four = Act<M_a{4}, StraightThrough>;

/// The norm of the logits: on one pixel a small group has nothing to measure.
template <class Norm>
struct LastNorm {
    using type = Norm;
};
template <std::int32_t Count>
struct LastNorm<GroupNorm<Count>> {
    using type = LayerNorm<>;
};
template <>
struct LastNorm<InstanceNorm> {
    using type = NoNorm;
};

template <class Norm, Epsilon Value>
struct LastNorm<WithEpsilon<Norm, Value>> : LastNorm<Norm> {};

/// A norm behind integer products, behind a pool, and in front of the logits.
template <class Norm, class... Slope>
struct Integers : Network<Image<2, 6, 6>, Defaults<QInt<4>, NoWeightStandardization, Norm, Four, Slope...>,
                          Conv<Out<4>>, Conv<Out<8>, Groups<2>, NoNorm, NoActivation>, AvgPool<Window{3, 2}>,
                          Normalize<>, Activate<>, Classifier<Out<3>, typename LastNorm<Norm>::type>> {};

/// A norm behind products with a scale for each output unit.
template <class Norm, class... Slope>
struct Scaled : Network<Image<2, 6, 6>, Defaults<ScaledTernary, NoWeightStandardization, Norm, Four, Slope...>,
                        Conv<Out<4>>, Conv<Out<8>, NoNorm, NoActivation>, AvgPool<3>, Normalize<>, Activate<>,
                        Classifier<Out<3>, typename LastNorm<Norm>::type, ChannelGain>> {};

/// A norm on pixels, behind a join whose sum is read twice, and on real numbers.
template <class Norm>
struct Blocks : Network<Image<4, 4, 4>, Defaults<QInt<3>, NoWeightStandardization, Norm, Four>, Normalize<>, Activate<>,
                        Residual<Conv<Out<4>, NoActivation>>,
                        Residual<Sequence<Normalize<>, Activate<>, Conv<Out<4>, NoActivation>>>, Normalize<>,
                        Activate<Relu>, Conv<Real, Out<6>>, Conv<Real, Out<8>, Linear>, Normalize<>, Activate<>,
                        AvgPool<4>, Classifier<Out<3>, typename LastNorm<Norm>::type>> {};

/// The first row of kind "norm".
template <class Net>
constexpr const Row& norm_row() {
    for (const Row& row : facts<Net>.rows) {
        if (row.kind[0] == 'n') return row;
    }
    return facts<Net>.rows[0];
}
template <class Net>
constexpr bool gives_real_numbers = facts<Net>.value(norm_row<Net>().output).storage == Storage::float32;

static_assert(norm_row<Integers<BatchNorm>>().gains == 4 && norm_row<Integers<BatchNorm>>().biases == 4);
static_assert(norm_row<Integers<TrainedBias>>().gains == 0 && norm_row<Integers<TrainedBias>>().biases == 4);
static_assert(norm_row<Integers<TrainedBias, SingleGain>>().gains == 0);
static_assert(norm_row<Integers<AffineNorm>>().gains == 4 && norm_row<Integers<AffineNorm>>().biases == 4);
static_assert(norm_row<Integers<AffineNorm, SingleGain>>().gains == 1);
static_assert(norm_row<Integers<LayerNorm<>>>().gains == 144 && norm_row<Integers<LayerNorm<>>>().biases == 144);
static_assert(norm_row<Integers<LayerNorm<>, SingleGain>>().gains == 1);
static_assert(norm_row<Integers<LayerNorm<>, SingleGain>>().biases == 144);
static_assert(norm_row<Integers<LayerNorm<Per::channel>>>().gains == 4);
static_assert(norm_row<Integers<GroupNorm<2>>>().gains == 4 && norm_row<Integers<InstanceNorm>>().biases == 4);
static_assert(facts<Integers<TrainedBias>>.integer_only() && facts<Integers<AffineNorm>>.integer_only());
static_assert(!gives_real_numbers<Integers<TrainedBias>> && gives_real_numbers<Integers<LayerNorm<>>>);
static_assert(gives_real_numbers<Integers<GroupNorm<2>>> && gives_real_numbers<Integers<InstanceNorm>>);
static_assert(facts<Integers<LayerNorm<>>>.refusal().kind == &norm_depends_on_each_input_and_has_no_integer_program);
static_assert(facts<Integers<InstanceNorm>>.refusal().kind == &norm_depends_on_each_input_and_has_no_integer_program);
// A layer of its own.
struct Scales : Network<Image<2, 4, 4>, Defaults<QInt<2>>, Affine<>, Activate<Four>, Conv<Out<3>, NoNorm, NoActivation>,
                        AvgPool<4>, Affine<SingleGain>> {};
static_assert(norm_row<Scales>().gains == 2 && facts<Scales>.row(4).gains == 1 && facts<Scales>.integer_only());

}  // namespace

TEST_CASE("norms without statistics: gradients agree with differences") {
    checks::check_training<Integers<TrainedBias>>(1);
    checks::check_training<Integers<AffineNorm>>(2);
    checks::check_training<Integers<AffineNorm, SingleGain>>(3);
    checks::check_training<Scaled<TrainedBias>>(4);
    checks::check_training<Scaled<AffineNorm>>(5);
    checks::check_training<Blocks<TrainedBias>>(6);
    checks::check_training<Blocks<AffineNorm>>(7);
}

TEST_CASE("norms of a batch: gradients agree with differences, with one gain and with scales") {
    checks::check_training<Integers<BatchNorm, SingleGain>>(11);
    checks::check_training<Integers<Lbn, SingleGain>>(12);
    checks::check_training<Scaled<BatchNorm>>(13);
    checks::check_training<Scaled<Lbn>>(14);
    checks::check_training<Scaled<BatchNorm, SingleGain>>(15);
    checks::check_training<Scaled<Lbn, SingleGain>>(16);
    checks::check_training<Blocks<BatchNorm>>(17);
    checks::check_training<Blocks<Lbn>>(18);
}

TEST_CASE("norms of a sample: gradients agree with differences") {
    checks::check_training<Integers<LayerNorm<>>>(21);
    checks::check_training<Integers<LayerNorm<>, SingleGain>>(22);
    checks::check_training<Integers<LayerNorm<Per::channel>>>(23);
    checks::check_training<Integers<LayerNorm<Per::channel>, SingleGain>>(24);
    checks::check_training<Scaled<LayerNorm<>>>(25);
    checks::check_training<Blocks<LayerNorm<>>>(26);
    checks::check_training<Blocks<LayerNorm<Per::channel>>>(27);
    checks::check_training<Integers<GroupNorm<2>>>(28);
    checks::check_training<Integers<GroupNorm<4>, SingleGain>>(29);
    checks::check_training<Scaled<GroupNorm<2>>>(30);
    checks::check_training<Blocks<GroupNorm<2>>>(31);
    checks::check_training<Integers<InstanceNorm>>(32);
    checks::check_training<Scaled<InstanceNorm, SingleGain>>(33);
    checks::check_training<Blocks<InstanceNorm>>(34);
}

namespace {

/// A dense layer whose norm is the last one: the gradient of weight [o][k] is the sum over samples of input k times
/// that of the number in front of the norm.
template <class Norm>
struct LastLayer : Network<Features<8>, Dense<Real, Out<6>, NoWeightStandardization, Norm>> {};

/// Largest sum of that gradient over `width` neighbouring channels, in units of its largest element.
template <class Norm>
double largest_gradient_sum(std::size_t width) {
    std::mt19937 random(41);
    std::normal_distribution<float> normal;
    Training<LastLayer<Norm>> training(7, 2);
    const std::vector<std::uint8_t> pixels = checks::random_pixels(7 * 8, random);
    checks::gentle_parameters(training, random);
    training.forward(pixels.data(), 7, Statistics::batch);
    for (float& g : training.logit_gradient()) g = normal(random);
    training.backward();
    double largest = 0;
    double largest_sum = 0;
    for (std::size_t first = 0; first < 6; first += width) {
        for (std::size_t k = 0; k < 8; ++k) {
            double sum = 0;
            for (std::size_t o = first; o < first + width; ++o) {
                const auto g = static_cast<double>(training.gradients()[o * 8 + k]);
                sum += g;
                largest = std::max(largest, std::fabs(g));
            }
            largest_sum = std::max(largest_sum, std::fabs(sum));
        }
    }
    REQUIRE(largest > 0);
    return largest_sum / largest;
}

}  // namespace

TEST_CASE("norms of a sample: the gradient of each group sums to zero") {
    CHECK(largest_gradient_sum<LayerNorm<>>(6) < 1e-5);
    CHECK(largest_gradient_sum<LayerNorm<Per::channel>>(6) < 1e-5);
    CHECK(largest_gradient_sum<GroupNorm<2>>(3) < 1e-5);
    CHECK(largest_gradient_sum<GroupNorm<3>>(2) < 1e-5);
    // It does over the group alone, and only behind a norm.
    CHECK(largest_gradient_sum<GroupNorm<2>>(2) > 1e-2);
    CHECK(largest_gradient_sum<AffineNorm>(6) > 1e-2);
}

TEST_CASE("norms: gradients and statistics do not depend on the number of threads") {
    checks::check_threads<Scaled<BatchNorm>>(51);
    checks::check_threads<Scaled<Lbn>>(52);
    checks::check_threads<Blocks<BatchNorm>>(53);
    checks::check_threads<Blocks<LayerNorm<>>>(54);
    checks::check_threads<Blocks<GroupNorm<2>>>(55);
    checks::check_threads<Scaled<AffineNorm>>(56);
}

TEST_CASE("norms without statistics and norms of scaled values live on in steps") {
    checks::check_lowering<Integers<TrainedBias>>(61);
    checks::check_lowering<Integers<AffineNorm>>(62);
    checks::check_lowering<Integers<AffineNorm, SingleGain>>(63);
    checks::check_lowering<Scaled<TrainedBias>>(64);
    checks::check_lowering<Scaled<BatchNorm>>(65);
    checks::check_lowering<Scaled<Lbn>>(66);
    checks::check_lowering<Scales>(67);
}

namespace {

/// One norm behind a scaled product and a pool.
template <class Norm>
struct OneNorm
    : Network<Image<2, 6, 6>, Defaults<ScaledTernary, NoWeightStandardization>, Conv<Out<5>, NoNorm, NoActivation>,
              AvgPool<3>, Normalize<Norm>, Activate<Four>, Classifier<QInt<2>, Out<3>, NoNorm>> {};

struct Statistic {
    double mean = 0;
    double variance = 0;
};

/// Statistics of the numbers in front of the norm over `images` images, one per channel or one for all: from latent
/// weights and pixels alone.
template <class Net>
std::vector<Statistic> statistics_of(Training<Net>& training, const std::vector<std::uint8_t>& pixels,
                                     std::int64_t images, bool shared) {
    std::vector<double> number;
    for (std::int64_t n = 0; n < images; ++n)
        for (std::int64_t py = 0; py < 2; ++py)
            for (std::int64_t px = 0; px < 2; ++px)
                for (std::int64_t o = 0; o < 5; ++o) {
                    const float* w = training.parameters().data() + o * 18;
                    double scale = 0;
                    for (int k = 0; k < 18; ++k) scale += std::fabs(static_cast<double>(w[k])) / 18;
                    double sum = 0;
                    for (std::int64_t y = 3 * py; y < 3 * py + 3; ++y)
                        for (std::int64_t x = 3 * px; x < 3 * px + 3; ++x)
                            for (std::int64_t k = 0; k < 18; ++k) {
                                const std::int64_t iy = y - 1 + k / 2 / 3;
                                const std::int64_t ix = x - 1 + k / 2 % 3;
                                if (iy < 0 || iy > 5 || ix < 0 || ix > 5) continue;
                                const auto latent = static_cast<double>(w[k]);
                                const int code = std::fabs(latent) <= 0.7 * scale ? 0 : latent < 0 ? -1 : 1;
                                sum += code * pixels[static_cast<std::size_t>(((n * 6 + iy) * 6 + ix) * 2 + k % 2)];
                            }
                    number.push_back(sum / 255 / 9 * scale);
                }
    std::vector<Statistic> result(shared ? 1 : 5);
    const auto count = static_cast<double>(number.size() / result.size());
    for (std::size_t i = 0; i < number.size(); ++i) result[shared ? 0 : i % 5].mean += number[i] / count;
    for (std::size_t i = 0; i < number.size(); ++i) {
        Statistic& s = result[shared ? 0 : i % 5];
        s.variance += (number[i] - s.mean) * (number[i] - s.mean) / count;
    }
    return result;
}

template <class Norm>
void check_scaled_statistics() {
    constexpr std::int64_t images = 12;
    constexpr bool shared = Norm::statistics == Per::layer;
    std::mt19937 random(71);
    const std::vector<std::uint8_t> pixels = checks::random_pixels(images * 72, random);
    Training<OneNorm<Norm>> training(images, 2);
    checks::gentle_parameters(training, random);
    const std::vector<Statistic> all = statistics_of(training, pixels, images, shared);
    auto& state = training.template state<2>();
    REQUIRE(state.running_mean.size() == all.size());

    // The running average moves by a tenth of the way from mean 0 and variance 1.
    training.forward(pixels.data(), images, Statistics::batch);
    for (std::size_t s = 0; s < all.size(); ++s) {
        CHECK(all[s].variance > 1e-4);
        CHECK(state.mean[s] == doctest::Approx(all[s].mean).epsilon(1e-12));
        CHECK(state.deviation[s] == doctest::Approx(std::sqrt(all[s].variance + 1e-5)).epsilon(1e-12));
        CHECK(state.running_mean[s] == doctest::Approx(0.1 * all[s].mean).epsilon(1e-12));
        CHECK(state.running_variance[s] == doctest::Approx(0.9 + 0.1 * all[s].variance).epsilon(1e-12));
    }

    // Re-estimation in chunks of any size is that over the whole set, bit by bit: the sums are integers.
    std::vector<std::vector<double>> found;
    for (const std::int64_t chunk : {std::int64_t{12}, std::int64_t{5}, std::int64_t{1}}) {
        training.restart_statistics();
        for (std::int64_t begin = 0; begin < images; begin += chunk) {
            training.forward(pixels.data() + begin * 72, std::min(chunk, images - begin), Statistics::reestimation);
        }
        found.push_back(tools::running_statistics(training));
    }
    CHECK(found[0] == found[1]);
    CHECK(found[0] == found[2]);
    for (std::size_t s = 0; s < all.size(); ++s) {
        CHECK(found[0][s] == doctest::Approx(all[s].mean).epsilon(1e-12));
        CHECK(found[0][all.size() + s] == doctest::Approx(all[s].variance).epsilon(1e-12));
    }
}

}  // namespace

TEST_CASE("statistics of scaled values: running averages and re-estimation") {
    check_scaled_statistics<BatchNorm>();
    check_scaled_statistics<Lbn>();
}

TEST_CASE("re-estimation of statistics of real numbers: that of the whole set but for the order of additions") {
    struct Net : Network<Features<6>, Defaults<Real, NoWeightStandardization>, Dense<Out<5>, Lbn, Relu>,
                         Dense<Out<3>, BatchNorm>> {};
    constexpr std::int64_t images = 24;
    std::mt19937 random(81);
    const std::vector<std::uint8_t> pixels = checks::random_pixels(images * 6, random);
    Training<Net> training(images);
    checks::gentle_parameters(training, random);
    std::vector<std::vector<double>> found;
    for (const std::int64_t chunk : {images, std::int64_t{24}, std::int64_t{12}, std::int64_t{1}}) {
        reestimate_statistics(training, std::span<const std::uint8_t>(pixels), Reestimation::exact, chunk);
        found.push_back(tools::running_statistics(training));
    }
    REQUIRE(found[0].size() == 8);
    CHECK(found[0] == found[1]);
    for (const std::size_t f : {2UL, 3UL}) {
        for (std::size_t i = 0; i < 8; ++i) CHECK(found[f][i] == doctest::Approx(found[0][i]).epsilon(1e-12));
    }
}

namespace {

/// An epsilon beside which variances are small.
template <class Norm>
using Large = WithEpsilon<Norm, Epsilon{0.3}>;

struct WithKerasEpsilon : Network<Features<4>, Dense<QInt<4>, NoWeightStandardization, Out<3>, NoNorm, NoActivation>,
                                  Normalize<WithEpsilon<BatchNorm, Epsilon{1e-3}>>> {};

}  // namespace

static_assert(norm_row<Integers<BatchNorm>>().epsilon == 1e-5 && norm_row<Integers<InstanceNorm>>().epsilon == 1e-5);
static_assert(norm_row<Integers<Large<Lbn>>>().epsilon == 0.3 &&
              norm_row<Integers<Large<LayerNorm<>>>>().epsilon == 0.3);
static_assert(norm_row<Integers<AffineNorm>>().epsilon == 0);
// One code for a norm with any epsilon.
static_assert(std::is_same_v<Integers<BatchNorm>::primitives, Integers<Large<BatchNorm>>::primitives>);
static_assert(std::is_same_v<Integers<GroupNorm<2>>::primitives, Integers<Large<GroupNorm<2>>>::primitives>);

TEST_CASE("norms with an epsilon of their own: passes and gradients agree with the naive network") {
    checks::check_training<Integers<Large<BatchNorm>>>(61);
    checks::check_training<Integers<Large<Lbn>>>(62);
    checks::check_training<Integers<Large<LayerNorm<>>>>(63);
    checks::check_training<Integers<Large<GroupNorm<2>>>>(64);
    checks::check_training<Integers<Large<InstanceNorm>>>(65);
    checks::check_lowering<Integers<Large<BatchNorm>>>(66);
    checks::check_lowering<Integers<Large<Lbn>>>(67);
}

TEST_CASE("an epsilon counts as written: logits against double precision") {
    Training<WithKerasEpsilon> training(1);
    auto& state = training.state<1>();
    std::mt19937 random(71);
    std::normal_distribution<double> normal;
    for (std::size_t c = 0; c < 3; ++c) {
        state.running_mean[c] = normal(random);
        state.running_variance[c] = c == 0 ? 0.0 : 1e-4 * static_cast<double>(c);
        training.parameters()[12 + c] = static_cast<float>(normal(random));
        training.parameters()[15 + c] = static_cast<float>(normal(random));
    }
    training.parameters_changed();
    const std::uint8_t pixels[] = {3, 250, 97, 14};
    training.forward(pixels, 1, Statistics::running);
    const auto sums = training.codes<1>(0);
    for (std::size_t c = 0; c < 3; ++c) {
        const double x =
            static_cast<double>(sums[c]) / static_cast<double>(facts<WithKerasEpsilon>.value(1).denominator);
        const double expected = static_cast<double>(training.parameters()[12 + c]) * (x - state.running_mean[c]) /
                                    std::sqrt(state.running_variance[c] + 1e-3) +
                                static_cast<double>(training.parameters()[15 + c]);
        CHECK(std::fabs(static_cast<double>(training.float_logits()[c]) - expected) <= 1e-6 * std::fabs(expected));
    }
}

TEST_CASE("checkpoints and the facts table tell an epsilon") {
    const auto signature = []<class Norm>(Norm) { return model_signature(facts<Integers<Norm>>.view()); };
    CHECK(signature(WithEpsilon<BatchNorm, Epsilon{1e-5}>{}) == signature(BatchNorm{}));
    CHECK(signature(Large<BatchNorm>{}) != signature(BatchNorm{}));
    CHECK(signature(Large<BatchNorm>{}).find("batch norm, epsilon 0.3,") != std::string::npos);
    CHECK(signature(WithEpsilon<BatchNorm, Epsilon{1e-3}>{}) !=
          signature(WithEpsilon<BatchNorm, Epsilon{0.0010001}>{}));
    CHECK(layer_facts(facts<Integers<Large<Lbn>>>.view())[0].norm == "layer-batch norm, epsilon 0.3");
    CHECK(layer_facts(facts<Integers<Lbn>>.view())[0].norm == "layer-batch norm");
}

TEST_CASE("checkpoints of one norm do not fit another") {
    std::set<std::string> signatures;
    const auto add = [&]<class Norm>() { signatures.insert(model_signature(facts<Integers<Norm>>.view())); };
    add.operator()<BatchNorm>();
    add.operator()<Lbn>();
    add.operator()<TrainedBias>();
    add.operator()<AffineNorm>();
    add.operator()<LayerNorm<>>();
    add.operator()<LayerNorm<Per::channel>>();
    add.operator()<GroupNorm<1>>();
    add.operator()<GroupNorm<2>>();
    add.operator()<GroupNorm<4>>();
    add.operator()<InstanceNorm>();
    CHECK(signatures.size() == 10);
}
