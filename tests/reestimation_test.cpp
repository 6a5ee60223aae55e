// Re-estimated statistics are by definition mean and variance of the accumulators that evaluation sees over all images,
// for norms at every depth and for any batch. And a statistic is never that of a single value.
#include "intaglio/train/loop/reestimation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/core/random.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/test_weights.hpp"
#include "support/training_tools.hpp"

namespace reestimation_test {

using namespace intaglio;
using train::Statistics;

namespace {

/// Norms behind norms, in dense layers: their statistics hang on every image of a batch.
struct Deep : Network<Features<16>, Defaults<QInt<4>, BatchNorm, Act<M_a{8}>>, Dense<Out<32>>, Dense<Out<32>>,
                      Dense<Out<32>>, Dense<Out<32>>, Classifier<Out<4>, Lbn>> {};
/// Convolutions, norms in both branches of a block, weights with a scale of their own, dropout.
struct Blocks : Network<Image<1, 8, 8>, Defaults<QInt<2>, BatchNorm, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                        Residual<Conv<Out<8>, Lbn>, Conv<Out<8>, NoActivation>>, Activate<>, Dropout<Rate{0.25}>,
                        Conv<Out<8>, test_weights::ScaledTernary>, Classifier<QInt<8>, Out<4>>> {};

struct Features16 {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
    explicit Features16(int count) {
        Random random(1);
        for (int i = 0; i < count; ++i) {
            const std::uint32_t k = random.below(4);
            labels.push_back(static_cast<std::uint8_t>(k));
            for (unsigned j = 0; j < 16; ++j) {
                pixels.push_back(static_cast<std::uint8_t>((j / 4 == k ? 45 : 0) + random.below(150)));
            }
        }
    }
    [[nodiscard]] Samples samples() const { return {pixels, labels}; }
};

/// Mean and variance of the numbers in front of every norm in a pass with running statistics over all images, which
/// must fit the training: means, then variances, of each norm in turn.
template <class Net>
std::vector<double> by_definition(Training<Net>& training, std::span<const std::uint8_t> pixels) {
    const auto images = static_cast<std::int64_t>(pixels.size()) / Training<Net>::pixels;
    training.forward(pixels.data(), images, Statistics::running);
    std::vector<double> all;
    for (std::size_t row = 0; row < Training<Net>::rows; ++row) {
        if (train::measured_values<Net>[row] == 0) continue;
        const std::int32_t value = facts<Net>.rows[row].input;
        const Shape shape = facts<Net>.value(value).shape;
        const auto channels = static_cast<std::size_t>(shape.channels);
        const bool shared = train::measured_values<Net>[row] != shape.pixels();
        std::vector<double> mean(shared ? 1 : channels);
        std::vector<double> variance(mean.size());
        const double count = static_cast<double>(images * train::measured_values<Net>[row]);
        training.visit(value, [&](const auto* codes) {
            const auto number = [&](std::size_t i) {
                return training.affine(value, static_cast<std::int64_t>(i % channels)).slope *
                       static_cast<double>(codes[i]);
            };
            const auto size = static_cast<std::size_t>(images * shape.size());
            for (std::size_t i = 0; i < size; ++i) mean[shared ? 0 : i % channels] += number(i) / count;
            for (std::size_t i = 0; i < size; ++i) {
                const double distance = number(i) - mean[shared ? 0 : i % channels];
                variance[shared ? 0 : i % channels] += distance * distance / count;
            }
        });
        all.insert(all.end(), mean.begin(), mean.end());
        all.insert(all.end(), variance.begin(), variance.end());
    }
    return all;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::fmax(largest, std::fabs(a[i] - b[i]) / (1e-3 + std::fabs(b[i])));
    }
    return largest;
}

std::string refusal(const auto& call) {
    try {
        call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no exception";
}

}  // namespace

TEST_CASE("statistics of norms at any depth are those of the accumulators that evaluation sees, for any batch") {
    const Features16 data(1000);
    for (const std::int64_t batch : {8, 100, 1000}) {
        CAPTURE(batch);
        Training<Deep> training(1000);
        Trainer<Deep> trainer(training, data.samples(), {.epochs = 2, .batch = batch});
        trainer.fit();
        trainer.reestimate_statistics(Reestimation::one_pass);
        const std::vector<double> rough = tools::running_statistics(training);
        trainer.reestimate_statistics();
        const std::vector<double> exact = tools::running_statistics(training);
        CHECK(largest_difference(exact, by_definition(training, data.pixels)) < 1e-11);
        // In one pass deeper norms see codes of other statistics, unless there is one batch alone.
        CHECK((largest_difference(rough, exact) > 0.01) == (batch != 1000));
        CHECK((rough == exact) == (batch == 1000));
        for (std::size_t i = 0; i < 64; ++i) CHECK(rough[i] == exact[i]);
        for (const std::int64_t other : {1, 7, 333, 1000}) {
            reestimate_statistics(training, std::span<const std::uint8_t>(data.pixels), Reestimation::exact, other);
            CHECK((tools::running_statistics(training) == exact));
        }
    }
}

TEST_CASE("re-estimated statistics of convolutions, blocks and scaled weights") {
    const tools::Stripes data(90, 8, 8, 1, 4);
    for (const std::int64_t capacity : {90, 25}) {
        CAPTURE(capacity);
        Training<Blocks> training(capacity, 2, 9);
        Trainer<Blocks> trainer(training, data.samples(), {.epochs = 1, .batch = 25});
        trainer.fit();
        trainer.reestimate_statistics(13);  // the next call starts anew
        const std::vector<double> some = tools::running_statistics(training);
        trainer.reestimate_statistics();
        const std::vector<double> all = tools::running_statistics(training);

        Training<Blocks> whole(90, 1, 9);
        std::copy(training.parameters().begin(), training.parameters().end(), whole.parameters().begin());
        whole.parameters_changed();
        reestimate_statistics(whole, std::span<const std::uint8_t>(data.pixels));
        CHECK(largest_difference(tools::running_statistics(whole), by_definition(whole, data.pixels)) < 1e-11);
        // Those of scaled weights are merged as real numbers; what lies in front of them is exact.
        CHECK(largest_difference(all, tools::running_statistics(whole)) < 1e-11);
        for (std::size_t i = 0; i < 16; ++i) CHECK(all[i] == tools::running_statistics(whole)[i]);
        reestimate_statistics(whole, std::span<const std::uint8_t>(data.pixels).first(13 * 64));
        CHECK(largest_difference(some, tools::running_statistics(whole)) < 1e-11);
        CHECK(largest_difference(some, all) > 1e-3);
    }
}

TEST_CASE("images that cannot be re-estimated are refused, and nothing changes") {
    const Features16 data(9);
    Training<Deep> training(4);
    const std::vector<double> before = tools::running_statistics(training);
    const std::span<const std::uint8_t> pixels(data.pixels);
    CHECK(refusal([&] { reestimate_statistics(training, pixels.first(0)); }) ==
          "re-estimation: expected images of 16 pixels, found 0 pixels");
    CHECK(refusal([&] { reestimate_statistics(training, pixels.first(40)); }) ==
          "re-estimation: expected images of 16 pixels, found 40 pixels");
    CHECK(refusal([&] { reestimate_statistics(training, pixels.first(16)); }) ==
          "re-estimation of 1 image: the batch norm of layer 2 would take mean and deviation from a single value; it "
          "needs at least 2 images");
    // 9 images: the last batch of 4 is a single one. It counts with the others, unless it is normalised by itself.
    CHECK(refusal([&] { reestimate_statistics(training, pixels, Reestimation::one_pass); }) ==
          "batch 3 of 3, of 9 samples in batches of 4, has 1 image: the batch norm of layer 2 would take mean and "
          "deviation from a single value; it needs at least 2 images");
    CHECK((tools::running_statistics(training) == before));
    Trainer<Deep> trainer(training, {pixels.first(8 * 16), Labels(data.labels).first(8)}, {});
    CHECK_THROWS_AS(trainer.reestimate_statistics(0), std::invalid_argument);
    CHECK_THROWS_AS(trainer.reestimate_statistics(1), std::invalid_argument);
    CHECK((tools::running_statistics(training) == before));
    CHECK_NOTHROW(reestimate_statistics(training, pixels));
}

TEST_CASE("a batch that gives a norm a single value per statistic is refused before anything is trained") {
    const Features16 data(11);
    Training<Deep> training(10);
    const auto run = [&](std::int64_t samples, std::int64_t batch) {
        return refusal([&] {
            const auto count = static_cast<std::size_t>(samples);
            Trainer<Deep> trainer(training,
                                  {std::span(data.pixels).first(16 * count), Labels(data.labels).first(count)},
                                  {.batch = batch});
        });
    };
    const std::string words =
        ", has 1 image: the batch norm of layer 2 would take mean and deviation from a single value; it needs at least "
        "2 images";
    CHECK(run(11, 1) == "batch 1 of 11, of 11 samples in batches of 1" + words);
    CHECK(run(11, 10) == "batch 2 of 2, of 11 samples in batches of 10" + words);
    CHECK(run(11, 5) == "batch 3 of 3, of 11 samples in batches of 5" + words);
    CHECK(run(1, 10) == "batch 1 of 1, of 1 samples in batches of 10" + words);
    CHECK(run(10, 10) == "no exception");
    CHECK(run(11, 3) == "no exception");
    CHECK(run(2, 10) == "no exception");

    // Whoever runs passes by himself is told, too. Running statistics need no second image.
    const auto pass = [&](std::int64_t count, Statistics statistics, std::size_t end, std::size_t first) {
        return refusal([&] { training.forward(data.pixels.data(), count, statistics, end, first); });
    };
    constexpr std::size_t all = Training<Deep>::rows;
    CHECK(pass(1, Statistics::batch, all, 0) ==
          "batch of 1 image: the batch norm of layer 2 would take mean and deviation from a single value; it needs at "
          "least 2 images");
    CHECK(pass(1, Statistics::batch, 2, 0).find("layer 2") != std::string::npos);
    CHECK(pass(1, Statistics::batch, all, 2).find("layer 3") != std::string::npos);
    CHECK(pass(1, Statistics::reestimation, all, 0).find("layer 2") != std::string::npos);
    CHECK(pass(1, Statistics::batch, 1, 0) == "no exception");
    CHECK(pass(1, Statistics::reestimation, 2, 0) == "no exception");
    CHECK(pass(1, Statistics::running, all, 0) == "no exception");
    CHECK(pass(2, Statistics::batch, all, 0) == "no exception");
}

TEST_CASE("a single image is enough where it has many values per statistic") {
    struct Wide : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<4>, BatchNorm>, AvgPool<2>,
                          Conv<Out<4>, NoNorm>, Classifier<Out<3>, Lbn>> {};
    const tools::Stripes data(3, 8, 8, 1, 3);
    Training<Wide> training(3);
    Trainer<Wide> trainer(training, data.samples(), {.batch = 1});
    CHECK_NOTHROW(trainer.fit());
    CHECK_NOTHROW(trainer.reestimate_statistics(1));
    CHECK_NOTHROW(trainer.reestimate_statistics(Reestimation::one_pass));
    // One class has one logit: even the norm of a whole layer then has a single value.
    struct One : Network<Features<8>, Defaults<QInt<2>, Act<M_a{4}>>, Dense<Out<4>, Lbn>, Classifier<Out<1>, Lbn>> {};
    const std::vector<std::uint8_t> pixels(8);
    Training<One> one(3);
    CHECK(refusal([&] { one.forward(pixels.data(), 1, Statistics::batch); }).find("layer-batch norm of layer 3") !=
          std::string::npos);
}

TEST_CASE("only the norms of rows that a local loss lets run need a second image") {
    const Features16 data(3);
    Training<Deep> training(3);
    const auto run = [&](std::int32_t last) {
        return refusal([&] {
            Trainer<Deep> trainer(
                training, data.samples(),
                {.batch = 2, .part = {.last = last}, .local_loss = [](const auto*, std::int64_t) { return 0.0; }});
        });
    };
    CHECK(run(0) == "no exception");
    CHECK(run(1).find("layer 2") != std::string::npos);
}

}  // namespace reestimation_test
