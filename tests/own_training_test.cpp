// A loss, an optimiser and a schedule from outside of the library (examples/own_loss.hpp and so on), and which types
// are parts of each kind.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "../examples/own_loss.hpp"
#include "../examples/own_optimizer.hpp"
#include "../examples/own_schedule.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/training_tools.hpp"

namespace own_training_test {

namespace {

using namespace intaglio;

struct Nothing {};
struct Widths {
    using option = intaglio::option::kernel;
};

}  // namespace

static_assert(Loss<app::FocalLoss> && Loss<CrossEntropyAndSquares> && !Loss<Nothing>);
static_assert(Optimizer<app::Lion> && Optimizer<Adam> && Optimizer<AdamW> && Optimizer<MomentumSgd>);
static_assert(!Optimizer<Nothing> && !Optimizer<app::FocalLoss>);
static_assert(Schedule<app::InverseRoot> && Schedule<CosineSchedule> && Schedule<CustomSchedule> && !Schedule<Nothing>);
static_assert(Surrogate<StraightThrough> && Surrogate<SigmoidSum<>> && !Surrogate<Nothing>);
static_assert(Activation<Act<M_a{4}>> && Activation<Sign<>> && Activation<Relu>);
static_assert(!Activation<BranchGrid<QInt<12>>> && !Activation<Nothing> && !Activation<NoActivation>);
static_assert(Norm<BatchNorm> && Norm<TrainedBias> && Norm<LayerNorm<>> && Norm<IntegerScale<Scale::Layer>>);
static_assert(!Norm<Nothing> && !Norm<Act<M_a{4}>>);
static_assert(WeightQuantizer<States<M_w{3}>> && WeightQuantizer<DoReFa<4>> && WeightQuantizer<FloatWeights>);
static_assert(!WeightQuantizer<Widths> && !WeightQuantizer<Act<M_a{4}>>);
static_assert(Layer<Conv<>> && Layer<Identity> && Layer<Residual<Identity>> && !Layer<QInt<2>> && !Layer<Nothing>);

namespace {

const std::vector<std::uint8_t> labels{0, 2, 1, 2};
const std::vector<float> logits{0.5F, -1, 2, 0.25F, 0, 3, -2, 0.75F, 1, 0, 0, -4};

struct Net : Network<Image<1, 6, 6>, Defaults<QInt<4>, Act<M_a{8}>>, Conv<Out<6>>, Classifier<Out<4>>> {};

/// All parameters after a training with parts from outside.
std::vector<float> trained(int threads) {
    const tools::Stripes data{40, 6, 6, 1, 4};
    Training<Net> training(20, threads, 3);
    Trainer<Net, app::Lion> trainer(training, data.samples(),
                                    {.epochs = 3, .schedule = app::InverseRoot{}, .loss = app::FocalLoss{.focus = 1}});
    trainer.fit();
    return {training.parameters().begin(), training.parameters().end()};
}

}  // namespace

TEST_CASE("a loss from outside: its gradient against differences, and what it is without focus") {
    for (const double focus : {0.0, 1.0, 2.5}) {
        const AnyLoss loss = app::FocalLoss{.focus = focus};
        std::vector<float> gradient(logits.size());
        std::vector<float> unused(logits.size());
        const double value = loss(logits, labels, 3, gradient);
        for (std::size_t i = 0; i < logits.size(); ++i) {
            constexpr float step = 1.0F / 512;  // added without rounding
            std::vector<float> moved = logits;
            moved[i] += step;
            const double above = loss(moved, labels, 3, unused);
            moved[i] -= 2 * step;
            const double below = loss(moved, labels, 3, unused);
            CHECK(static_cast<double>(gradient[i]) == doctest::Approx((above - below) * 256).epsilon(1e-5));
        }
        if (focus > 0) continue;
        CHECK(value == doctest::Approx(AnyLoss(CrossEntropyAndSquares{.gamma = 0})(logits, labels, 3, unused)));
    }
}

TEST_CASE("a loss from outside is held to what all losses are held to") {
    const AnyLoss loss = app::FocalLoss{};
    std::vector<float> gradient(3);
    const std::uint8_t label[] = {3};
    CHECK_THROWS_WITH_AS(loss(std::vector<float>{0, 1, 0}, label, 3, gradient),
                         "labels of the batch: label 3 of image 0 is none of the 3 classes, 0 to 2",
                         std::invalid_argument);
    const std::uint8_t good[] = {1};
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH_AS(loss(std::vector<float>{0, nan, 0}, good, 3, gradient), doctest::Contains("not finite"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(AnyLoss(app::FocalLoss{.focus = -1}).check(3), doctest::Contains("focus"),
                         std::invalid_argument);
}

TEST_CASE("an optimiser from outside: two steps by hand") {
    const app::Lion lion{.beta1 = 0.5, .beta2 = 0.75};
    float weights[] = {1, -2, 3};
    float momentum[] = {0, 0, 0};
    const float first[] = {4, -8, 0};
    lion.update(weights, first, 3, 0.5F, 0.25, 1, momentum, nullptr);
    CHECK((weights[0] == 0.625F && weights[1] == -1.5F && weights[2] == 2.625F));
    CHECK((momentum[0] == 1.0F && momentum[1] == -2.0F && momentum[2] == 0.0F));
    const float second[] = {-3, 1, -1};
    lion.update(weights, second, 3, 0.0F, 0.25, 2, momentum, nullptr);
    CHECK((weights[0] == 0.875F && weights[1] == -1.25F && weights[2] == 2.875F));
}

TEST_CASE("a schedule from outside: its factors, behind a warm-up that the library adds") {
    const AnySchedule schedule = app::InverseRoot{.scale = 0.5};
    const auto factor = [&](std::uint64_t step, std::uint64_t warm_up) {
        return schedule.factor({.update = step, .updates_per_epoch = 2, .epochs = 8, .warm_up = warm_up});
    };
    CHECK(factor(0, 0) == 1);
    CHECK(factor(3, 0) == 0.5);
    CHECK(factor(8, 0) == doctest::Approx(1.0 / 3));
    CHECK(factor(1, 3) == 0.5);  // two of four parts
    CHECK(factor(6, 3) == 0.5);
    CHECK_THROWS_WITH_AS(AnySchedule(app::InverseRoot{.scale = 0}).check(), doctest::Contains("scale"),
                         std::invalid_argument);
}

TEST_CASE("a trainer takes parts from outside, checks and names them, and does not depend on threads") {
    const std::vector<float> one = trained(1);
    CHECK((one == trained(3)));

    const tools::Stripes data{40, 6, 6, 1, 4};
    Training<Net> training(40, 1, 3);
    using Options = TrainerOptions<app::Lion>;
    const auto make = [&](const Options& options) {
        return Trainer<Net, app::Lion>(training, data.samples(), options);
    };
    CHECK_THROWS_WITH_AS(make({.loss = app::FocalLoss{.focus = 11}}), doctest::Contains("focus"),
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(make({.schedule = app::InverseRoot{.scale = -1}}), doctest::Contains("scale"),
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(make({.optimizer = {.beta1 = 1}}), doctest::Contains("beta1"), std::invalid_argument);

    auto trainer = make({.schedule = app::InverseRoot{.scale = 3}, .loss = app::FocalLoss{.focus = 1.5}});
    for (const char* line :
         {"optimiser Lion\n", "beta1 0.9, beta2 0.99\n", "inverse root schedule 3\n", "\nfocal loss 1.5\n"}) {
        INFO(line);
        CHECK(trainer.description().find(line) != std::string::npos);
    }
    CHECK(trainer.description().find("gamma") == std::string::npos);

    // What it reports is this loss, of the batch that it saw.
    training.forward(data.pixels.data(), 40, train::Statistics::batch);
    std::vector<float> gradient(training.float_logits().size());
    const double expected = app::FocalLoss{.focus = 1.5}(training.float_logits(), data.labels, 4, gradient);
    CHECK(trainer.train_batch().loss == doctest::Approx(expected).epsilon(1e-6));
}

}  // namespace own_training_test
