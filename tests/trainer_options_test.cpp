// The options of a training: each does what it says, and a run with all of them can be resumed at any batch.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <mutex>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/io/training_checkpoint.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/training_tools.hpp"

namespace trainer_options_test {

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<8>, BatchNorm>, AvgPool<2>,
                     Classifier<QInt<8>, Out<4>>> {};
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

const tools::Stripes& data() {
    static const tools::Stripes all(70, 8, 8, 1, 4, 1);
    return all;
}
const tools::Stripes& other_data() {
    static const tools::Stripes all(45, 8, 8, 1, 4, 2);
    return all;
}

std::vector<float> copy(std::span<const float> numbers) {
    return {numbers.begin(), numbers.end()};
}

/// Parameters and statistics, which is all that an evaluation depends on.
std::vector<double> network_state(Training<Net>& training) {
    std::vector<double> all(training.parameters().begin(), training.parameters().end());
    const std::vector<double> statistics = tools::running_statistics(training);
    all.insert(all.end(), statistics.begin(), statistics.end());
    return all;
}

template <class T>
std::vector<double> whole_state(T& trainer) {
    std::vector<double> all;
    for (const train::NamedNumbers& numbers : trainer.state()) {
        std::visit([&](auto values) { all.insert(all.end(), values.begin(), values.end()); }, numbers.values);
    }
    for (const std::int64_t part : trainer.position()) all.push_back(static_cast<double>(part));
    return all;
}

void flip_some(std::span<std::uint8_t> image, Random& random) {
    for (std::uint8_t& pixel : image) {
        if (random.below(8) == 0) pixel = static_cast<std::uint8_t>(random.below(256));
    }
}

Training<Net>& teacher() {
    static Training<Net> network(40, 1, 77);
    return network;
}

/// Everything at once.
template <class Optimizer>
TrainerOptions<Optimizer> everything() {
    return {.epochs = 6,
            .batch = 16,
            .seed = 5,
            .schedule = OneCycleSchedule{},
            .warm_up = 0.5,
            .clip_norm = 0.5,
            .clip_value = 0.05,
            .loss = CrossEntropyAndSquares{.label_smoothing = 0.1,
                                           .class_weights = {1, 2, 1, 0.5},
                                           .squared_error = SquaredError::probabilities},
            .average = {.decay = 0.75, .start = 3},
            .early_stopping = {.patience = 2, .metric = StoppingMetric::loss, .min_change = 0.3},
            .validation = other_data().samples(),
            .augment = flip_some,
            .distillation = {.teacher = teacher_logits(teacher()), .share = 0.25, .temperature = 2}};
}

struct Counter {
    int left = -1;
    int epochs = 0;
    bool batch(const EpochMetrics&) { return --left != 0; }
    void epoch(const EpochMetrics&) { ++epochs; }
};

void refused(const TrainerOptions<AdamW>& options, const char* words) {
    Training<Net> training(16);
    CHECK_THROWS_WITH_AS((Trainer<Net, AdamW>(training, data().samples(), options)), doctest::Contains(words),
                         std::invalid_argument);
}

}  // namespace

TEST_CASE("options out of range are named") {
    for (const double bad : {-1.0, not_a_number, std::numeric_limits<double>::infinity()}) {
        refused({.weight_decay = bad}, "weight decay is out of range: expected 0 or more");
        refused({.warm_up = bad}, "warm_up is out of range: expected 0 to 1");
        refused({.clip_norm = bad}, "clip_norm");
        refused({.clip_value = bad}, "clip_value");
        refused({.loss = CrossEntropyAndSquares{.label_smoothing = bad}},
                "label smoothing is out of range: expected 0 to 1");
        refused({.loss = CrossEntropyAndSquares{.class_weights = {1, 1, bad, 1}}}, "class weight 2");
        refused({.average = {.decay = bad}}, "weight average: decay");
        refused({.early_stopping = {.min_change = bad}}, "early stopping: min_change");
        refused({.distillation = {.share = bad}}, "distillation share");
        refused({.distillation = {.temperature = bad}}, "distillation temperature");
        refused({.optimizer = {.beta1 = bad}}, "beta1");
        refused({.optimizer = {.beta2 = bad}}, "beta2");
        refused({.optimizer = {.epsilon = bad}}, "epsilon");
        refused({.optimizer = {.learning_rate = bad}}, "learning rate");
        refused({.loss = CrossEntropyAndSquares{.gamma = bad}}, "gamma");
    }
    refused({.batch = 17}, "batch size: expected 1 to 16, which the training has memory for, found 17");
    refused({.batch = -1}, "batch size");
    refused({.epochs = 2, .warm_up = 2.5}, "warm_up is out of range: expected 0 to 2, found 2.5");
    refused({.loss = CrossEntropyAndSquares{.class_weights = {1, 1, 1}}}, "class weights: expected 4, found 3");
    refused({.loss = CrossEntropyAndSquares{.class_weights = {1, 1, 1, 0}}}, "class weight 3");
    refused({.average = {.decay = 1}}, "weight average: decay");
    refused({.average = {.decay = 0.5, .start = -1}}, "weight average: start");
    refused({.early_stopping = {.patience = -1}}, "patience");
    refused({.early_stopping = {.patience = 1}}, "validation samples are missing");
    refused({.schedule = StepSchedule{}}, "step schedule");
    refused({.distillation = {.temperature = 0}}, "distillation temperature");
    refused({.optimizer = {.epsilon = 0}}, "epsilon");
    refused({.validation = {std::span(data().pixels).first(63), std::span(data().labels).first(1)}},
            "validation samples: expected 64 pixels");
    Training<Net> training(16);
    CHECK_THROWS_WITH_AS((Trainer<Net, MomentumSgd>(training, data().samples(), {.optimizer = {.momentum = 1}})),
                         doctest::Contains("momentum"), std::invalid_argument);
}

TEST_CASE("the description of a run tells every setting") {
    Training<Net> training(16);
    std::set<std::string> texts;
    std::size_t count = 0;
    const auto add = [&](const TrainerOptions<AdamW>& options) {
        texts.insert(Trainer<Net, AdamW>(training, data().samples(), options).description());
        ++count;
    };
    const Samples some = other_data().samples();
    add({});
    add({.optimizer = {.learning_rate = 1e-9}});
    add({.optimizer = {.learning_rate = 2e-9}});
    add({.optimizer = {.beta1 = 0.8}});
    add({.optimizer = {.beta2 = 0.99}});
    add({.optimizer = {.epsilon = 1e-7}});
    add({.epochs = 2});
    add({.batch = 8});
    add({.weight_decay = 1e-8});
    add({.loss = CrossEntropyAndSquares{.gamma = 0.1}});
    add({.seed = 3});
    add({.schedule = ConstantSchedule{}});
    add({.schedule = StepSchedule{.every = 1}});
    add({.schedule = StepSchedule{.every = 2}});
    add({.schedule = StepSchedule{.milestones = {1}}});
    add({.schedule = StepSchedule{.milestones = {1, 2}}});
    add({.schedule = StepSchedule{.every = 1, .factor = 0.2}});
    add({.schedule = OneCycleSchedule{}});
    add({.schedule = OneCycleSchedule{.rise = 0.2}});
    add({.schedule = OneCycleSchedule{.initial_factor = 0.2}});
    add({.schedule = OneCycleSchedule{.final_factor = 0.2}});
    add({.schedule = OneCycleSchedule{.anneal = Anneal::linear}});
    const auto falling = [](std::uint64_t step, std::uint64_t total) { return 1 - double(step) / double(total); };
    const auto constant = [](std::uint64_t, std::uint64_t) { return 1.0; };
    add({.schedule = CustomSchedule{.factor = falling}});
    add({.schedule = CustomSchedule{.factor = constant}});
    add({.schedule = CustomSchedule{.factor = constant, .name = "mine"}});
    add({.part = {.first = 1}});
    add({.part = {.last = 3}});
    add({.part = {.gains = false}});
    add({.local_loss = [](const std::uint8_t*, std::int64_t) { return 0.0; }});
    add({.warm_up = 0.5});
    add({.clip_norm = 1});
    add({.clip_value = 1});
    add({.loss = CrossEntropyAndSquares{.label_smoothing = 0.1}});
    add({.loss = CrossEntropyAndSquares{.class_weights = {1, 1, 1, 1}}});
    add({.loss = CrossEntropyAndSquares{.class_weights = {1, 1, 1, 2}}});
    add({.loss = CrossEntropyAndSquares{.squared_error = SquaredError::probabilities}});
    add({.average = {.decay = 0.5}});
    add({.average = {.decay = 0.5, .start = 7}});
    add({.early_stopping = {.patience = 2}, .validation = some});
    add({.early_stopping = {.patience = 3}, .validation = some});
    add({.early_stopping = {.patience = 3, .metric = StoppingMetric::loss}, .validation = some});
    add({.early_stopping = {.patience = 3, .min_change = 0.1}, .validation = some});
    add({.early_stopping = {.patience = 3}, .validation = data().samples()});
    add({.augment = flip_some});
    add({.distillation = {.teacher = teacher_logits(teacher())}});
    add({.distillation = {.teacher = teacher_logits(teacher()), .share = 0.25}});
    add({.distillation = {.teacher = teacher_logits(teacher()), .temperature = 2}});
    CHECK(texts.size() == count);
    using Sgd = Trainer<Net, MomentumSgd>;
    CHECK(Sgd(training, data().samples(), {}).description() !=
          Sgd(training, data().samples(), {.optimizer = {.momentum = 0.8}}).description());
}

TEST_CASE("the trainer follows its schedule") {
    Training<Net> training(16);
    Trainer<Net> trainer(training, data().samples(),
                         {.optimizer = {.learning_rate = 0.5},
                          .epochs = 3,
                          .schedule = StepSchedule{.every = 1, .factor = 0.5},
                          .warm_up = 0.6});  // 5 steps in an epoch: 3 steps
    std::vector<double> rates;
    while (!trainer.finished()) rates.push_back(trainer.train_batch().learning_rate);
    const std::vector<double> expected{0.125, 0.25, 0.375, 0.5,  0.5,  .25,  .25, .25,
                                       .25,   .25,  .125,  .125, .125, .125, .125};
    CHECK((rates == expected));
}

TEST_CASE("gradients are clipped by value, then by their norm") {
    // Plain gradient descent with rate 1: the step is the gradient.
    using Sgd = Trainer<Net, MomentumSgd>;
    const auto step = [&](double norm, double value, EpochMetrics& metrics, std::vector<float>& gradient, int threads) {
        Training<Net> training(70, threads, 3);
        Sgd trainer(training, data().samples(),
                    {.optimizer = {.learning_rate = 1, .momentum = 0},
                     .weight_decay = 0,
                     .clip_norm = norm,
                     .clip_value = value});
        const std::vector<float> before = copy(training.parameters());
        metrics = trainer.train_batch();
        gradient = copy(training.gradients());
        std::vector<float> moved = copy(training.parameters());
        for (std::size_t i = 0; i < moved.size(); ++i) moved[i] = before[i] - moved[i];
        return moved;
    };
    EpochMetrics metrics;
    std::vector<float> gradient;
    std::vector<float> moved = step(0, 0, metrics, gradient, 1);
    CHECK(metrics.gradient_norm == 0);
    double squares = 0;
    float largest = 0;
    for (const float g : gradient) {
        squares += static_cast<double>(g) * static_cast<double>(g);
        largest = std::max(largest, std::fabs(g));
    }
    const double norm = std::sqrt(squares);
    REQUIRE(norm > 0.01);
    const auto close = [&](const std::vector<float>& step_taken, const std::function<double(double)>& expected) {
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            // The parameter is rounded to 2^-24 of its size.
            const double error = static_cast<double>(step_taken[i]) - expected(static_cast<double>(gradient[i]));
            CHECK(std::fabs(error) < 1e-6);
        }
    };
    close(moved, [](double g) { return g; });
    const double half = norm / 2;
    moved = step(half, 0, metrics, gradient, 1);
    CHECK(metrics.gradient_norm == doctest::Approx(norm).epsilon(1e-14));
    close(moved, [](double g) { return g / 2; });
    const double exact_norm = metrics.gradient_norm;
    for (const int threads : {2, 3}) {
        CHECK((step(half, 0, metrics, gradient, threads) == moved));
        CHECK(metrics.gradient_norm == exact_norm);
    }
    // A norm that is not exceeded changes nothing.
    const std::vector<float> free = step(0, 0, metrics, gradient, 1);
    CHECK((step(2 * norm, 0, metrics, gradient, 1) == free));
    const double limit = static_cast<double>(largest) / 3;
    moved = step(0, limit, metrics, gradient, 1);
    const auto clipped = [&](double g) { return std::min(std::max(g, -limit), limit); };
    close(moved, clipped);
    double rest = 0;
    for (const float g : gradient) rest += clipped(static_cast<double>(g)) * clipped(static_cast<double>(g));
    CHECK(std::sqrt(rest) < 0.9 * norm);
    moved = step(half / 4, limit, metrics, gradient, 2);
    CHECK(metrics.gradient_norm == doctest::Approx(std::sqrt(rest)).epsilon(1e-6));
    close(moved, [&](double g) { return clipped(g) * half / 4 / std::sqrt(rest); });
}

TEST_CASE("the norm of gradients: exact cases, and what is not finite") {
    ThreadPool pool(2);
    std::vector<float> gradients(1001, 2.0F);
    CHECK(train::gradient_norm(gradients, 0, pool) == std::sqrt(4004.0));
    CHECK(train::gradient_norm(gradients, 0.5, pool) == std::sqrt(1001 * 0.25));
    CHECK(train::gradient_norm(std::span(gradients).first(3), 0, pool) == std::sqrt(12.0));
    CHECK(train::clip_scale(2, 0) == 1);
    CHECK(train::clip_scale(2, 1) == 0.5);
    CHECK(train::clip_scale(2, 3) == 1);
    gradients[777] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH_AS(train::gradient_norm(gradients, 0.5, pool), doctest::Contains("gradient is not finite"),
                         std::runtime_error);
}

TEST_CASE("what has a limit is clipped to it after the update") {
    ThreadPool pool(2);
    constexpr std::int64_t size = 10000;
    std::vector<float> parameters(2 * size), gradients(2 * size), moments(2 * size);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        parameters[i] = static_cast<float>(i % 7) / 4 - 0.75F;
        gradients[i] = static_cast<float>(i % 5) - 2.0F;
    }
    std::vector<float> expected = parameters;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        expected[i] -= gradients[i];
        if (i < size) expected[i] = std::min(std::max(expected[i], -1.0F), 1.0F);
    }
    const std::vector<ParameterRange> ranges{
        {.kind = ParameterKind::weight, .row = 0, .begin = 0, .count = size, .limit = 1},
        {.kind = ParameterKind::weight, .row = 1, .begin = size, .count = size}};
    train::update_parameters(MomentumSgd{.momentum = 0}, ranges, parameters.data(), gradients.data(), moments.data(),
                             moments.data(), {}, 0, 1, 1, pool);
    CHECK((parameters == expected));
    CHECK(*std::max_element(expected.begin(), expected.begin() + size) == 1.0F);
    CHECK(*std::max_element(expected.begin() + size, expected.end()) > 2.0F);
}

TEST_CASE("augmentation depends on seed, epoch and sample alone") {
    const auto run = [&](int threads, std::int64_t batch, std::uint64_t seed, std::int64_t epochs) {
        Training<Net> training(70, threads, 3);
        Trainer<Net> trainer(training, data().samples(),
                             {.epochs = epochs, .batch = batch, .seed = seed, .augment = flip_some});
        trainer.fit();
        return copy(training.parameters());
    };
    const std::vector<float> expected = run(1, 20, 1, 2);
    CHECK((run(3, 20, 1, 2) == expected));
    CHECK((run(1, 20, 2, 2) != expected));

    // What the callback gets: the sample itself, and random numbers of this sample and epoch whatever the batch.
    const auto seen = [&](std::int64_t batch, int threads) {
        std::mutex mutex;
        std::set<std::pair<std::vector<std::uint8_t>, std::uint32_t>> calls;
        Training<Net> training(70, threads, 3);
        Trainer<Net> trainer(training, data().samples(),
                             {.epochs = 3, .batch = batch, .seed = 9, .augment = [&](auto image, Random& random) {
                                  CHECK(random.position() == 0);
                                  const std::lock_guard lock(mutex);
                                  calls.insert({{image.begin(), image.end()}, random()});
                                  image[0] ^= 255;  // of the copy: the next epoch sees the original again
                              }});
        trainer.fit();
        return calls;
    };
    const auto calls = seen(70, 1);
    CHECK(calls.size() == 210);
    CHECK((seen(11, 1) == calls));
    CHECK((seen(32, 3) == calls));
    const std::vector<std::uint8_t> image(data().pixels.begin(), data().pixels.begin() + 64);
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
        Random random = train::augmentation_random(9, epoch, 0);
        CHECK(calls.count({image, random()}) == 1);
    }
}

TEST_CASE("what an augmentation throws comes out of the step") {
    Training<Net> training(20, 3);
    Trainer<Net> trainer(training, data().samples(),
                         {.augment = [](auto, Random&) { throw std::runtime_error("no such crop"); }});
    CHECK_THROWS_WITH_AS(trainer.train_batch(), "no such crop", std::runtime_error);
}

TEST_CASE("the weight average follows its formula") {
    Training<Net> training(16, 2, 3);
    Trainer<Net> trainer(training, data().samples(), {.epochs = 2, .average = {.decay = 0.75, .start = 4}});
    std::vector<double> expected;
    const auto average = [&] {
        trainer.swap_average();
        CHECK(trainer.average_in_use());
        const std::vector<double> numbers = network_state(training);
        trainer.swap_average();
        CHECK(!trainer.average_in_use());
        return numbers;
    };
    for (int step = 1; step <= 10; ++step) {
        CAPTURE(step);
        trainer.train_batch();
        const std::vector<double> now = network_state(training);
        if (step <= 4) {
            CHECK((average() == now));
            expected = now;
            continue;
        }
        for (std::size_t i = 0; i < now.size(); ++i) expected[i] = 0.75 * expected[i] + 0.25 * now[i];
        const std::vector<double> found = average();
        double difference = 0;
        for (std::size_t i = 0; i < now.size(); ++i) {
            CHECK(std::fabs(found[i] - expected[i]) < 1e-6 * (1 + std::fabs(expected[i])));
            difference += std::fabs(found[i] - now[i]);
        }
        CHECK(difference > 1e-3);
        CHECK((network_state(training) == now));
    }
    // The integer program is that of the average while it is in use.
    const auto weights = lower(training);
    trainer.swap_average();
    const auto averaged = lower(training);
    CHECK(certify(training, averaged).proven());
    CHECK(!certify(training, weights).proven());
    CHECK_THROWS_AS(trainer.train_batch(), std::logic_error);
    Trainer<Net> plain(training, data().samples(), {});
    CHECK_THROWS_WITH_AS(plain.swap_average(), doctest::Contains("no weight average"), std::logic_error);

    // Without `start` the average begins with the first step's weights, not with the random ones before it.
    Training<Net> fresh(16);
    Trainer<Net> from_start(fresh, data().samples(), {.average = {.decay = 0.9}});
    from_start.train_batch();
    const std::vector<double> first = network_state(fresh);
    from_start.swap_average();
    CHECK((network_state(fresh) == first));
}

TEST_CASE("validation and early stopping: the best state comes back") {
    for (const StoppingMetric metric : {StoppingMetric::loss, StoppingMetric::accuracy}) {
        for (const double decay : {0.0, 0.5}) {
            CAPTURE(decay);
            Training<Net> training(16, 1, 3);
            // Wild steps, so that the validation goes up and down.
            Trainer<Net> trainer(training, data().samples(),
                                 {.optimizer = {.learning_rate = 0.3},
                                  .epochs = 40,
                                  .schedule = ConstantSchedule{},
                                  .average = {.decay = decay},
                                  .early_stopping = {.patience = 2, .metric = metric},
                                  .validation = other_data().samples()});
            struct Observer {
                Trainer<Net>& trainer;
                StoppingMetric metric;
                std::vector<double> scores{};
                std::vector<std::vector<double>> states{};
                bool batch(const EpochMetrics& metrics) {
                    CHECK(!metrics.validated);
                    return true;
                }
                void epoch(const EpochMetrics& metrics) {
                    REQUIRE(metrics.validated);
                    const bool swaps = trainer.options().average.decay > 0;
                    if (swaps) trainer.swap_average();
                    const Evaluation result = evaluate(trainer.training(), other_data().samples());
                    CHECK(result.loss == metrics.validation_loss);
                    CHECK(result.accuracy() == metrics.validation_accuracy);
                    states.push_back(network_state(trainer.training()));
                    if (swaps) trainer.swap_average();
                    const double score = metric == StoppingMetric::loss ? -result.loss : result.accuracy();
                    CHECK(metrics.best == (scores.empty() || score > *std::max_element(scores.begin(), scores.end())));
                    scores.push_back(score);
                }
            } observer{trainer, metric};
            trainer.fit(observer);
            REQUIRE(trainer.finished());
            const auto best = std::max_element(observer.scores.begin(), observer.scores.end());
            const auto at = static_cast<std::size_t>(best - observer.scores.begin());
            CHECK(trainer.best_epoch() == static_cast<std::int64_t>(at) + 1);
            CHECK(observer.scores.size() == at + 3);  // two epochs without improvement
            CHECK(observer.scores.size() < 40);
            CHECK((network_state(training) == observer.states[at]));
            CHECK((network_state(training) != observer.states.back()));
            trainer.fit();  // is over
            CHECK((network_state(training) == observer.states[at]));
        }
    }
}

TEST_CASE("the rule of early stopping on known sequences") {
    const auto stops_after = [](const EarlyStopping& options, const std::vector<double>& accuracies) {
        train::StoppingState state;
        for (std::size_t i = 0; i < accuracies.size(); ++i) {
            state.add(options, static_cast<std::int64_t>(i) + 1, 1 - accuracies[i], accuracies[i]);
            if (state.stopped()) return std::pair(static_cast<std::int64_t>(i) + 1, state.best_epoch());
        }
        return std::pair(std::int64_t{0}, state.best_epoch());
    };
    using Result = std::pair<std::int64_t, std::int64_t>;
    CHECK((stops_after({.patience = 2}, {0.5, 0.6, 0.6, 0.5, 0.9}) == Result{4, 2}));
    CHECK((stops_after({.patience = 3}, {0.5, 0.6, 0.6, 0.5, 0.9}) == Result{0, 5}));
    CHECK((stops_after({.patience = 2, .metric = StoppingMetric::loss}, {0.5, 0.6, 0.55, 0.5, 0.9}) == Result{4, 2}));
    CHECK((stops_after({.patience = 2, .min_change = 0.125}, {0.5, 0.625, 0.625, 0.875}) == Result{3, 1}));
    CHECK((stops_after({.patience = 2}, {not_a_number, 0.25, not_a_number, not_a_number}) == Result{4, 2}));
    CHECK((stops_after({.patience = 2}, {not_a_number, not_a_number}) == Result{2, 0}));
    CHECK((stops_after({}, {0.5, 0.1, 0.1, 0.1, 0.1}) == Result{0, 1}));
}

TEST_CASE("a run with all options ends the same wherever it is stopped and resumed") {
    const test_files::TemporaryFolder folder;
    const auto file = folder.path() / "run.checkpoint";
    using Run = Trainer<Net, AdamW>;
    Training<Net> training(16, 1, 3);
    Run trainer(training, data().samples(), everything<AdamW>());
    Counter whole;
    trainer.fit(whole);
    REQUIRE(trainer.finished());
    const std::vector<double> expected = whole_state(trainer);
    INFO("epochs " << whole.epochs << ", best " << trainer.best_epoch());
    CHECK(whole.epochs > 2);
    CHECK(whole.epochs < 6);
    for (int stop = 1; stop <= 5 * whole.epochs; ++stop) {
        CAPTURE(stop);
        {
            Training<Net> first_training(32, 2, 3);
            Run first(first_training, data().samples(), everything<AdamW>());
            Counter counter{stop};
            first.fit(counter);
            // While the average is in use, a checkpoint still keeps the weights as weights.
            if (stop % 2 == 0) first.swap_average();
            save_checkpoint(first, file);
        }
        Training<Net> second_training(16, 3, 99);
        Run second(second_training, data().samples(), everything<AdamW>());
        load_checkpoint(second, file);
        second.fit();
        CHECK((whole_state(second) == expected));
    }
    // A checkpoint from inside of the observer, before the validation of the epoch.
    struct Saver {
        Run& trainer;
        const std::filesystem::path& file;
        bool batch(const EpochMetrics& metrics) {
            if (metrics.batch == metrics.batches) save_checkpoint(trainer, file);
            return true;
        }
        void epoch(const EpochMetrics&) {}
    };
    Training<Net> third_training(16, 1, 3);
    Run third(third_training, data().samples(), everything<AdamW>());
    Saver saver{third, file};
    third.fit(saver);
    Training<Net> fourth_training(16, 1, 4);
    Run fourth(fourth_training, data().samples(), everything<AdamW>());
    load_checkpoint(fourth, file);
    fourth.fit();
    CHECK((whole_state(fourth) == expected));
}

TEST_CASE("a teacher is asked about the images that the student sees") {
    std::vector<float> logits(4 * 70);
    std::vector<std::uint8_t> seen;
    std::int64_t asked = 0;
    const auto run = [&](double share) {
        Training<Net> training(70, 1, 3);
        Trainer<Net> trainer(
            training, data().samples(),
            {.augment = [](auto image, Random&) { std::fill(image.begin(), image.end(), std::uint8_t{9}); },
             .distillation = {.teacher =
                                  [&](const std::uint8_t* images, std::int64_t count) {
                                      seen.assign(images, images + count * 64);
                                      asked += count;
                                      return std::span<const float>(logits).first(static_cast<std::size_t>(4 * count));
                                  },
                              .share = share,
                              .temperature = 3}});
        const double loss = trainer.train_batch().loss;
        // By the definition, from the logits of the pass that are still there. The teacher finds all classes alike.
        double divergence = 0;
        for (std::int64_t i = 0; i < 70; ++i) {
            const float* z = training.float_logits().data() + 4 * i;
            double sum = 0;
            for (int c = 0; c < 4; ++c) sum += std::exp(static_cast<double>(z[c]) / 3);
            for (int c = 0; c < 4; ++c) {
                divergence += (std::log(0.25) - static_cast<double>(z[c]) / 3 + std::log(sum)) / 4 / 70;
            }
        }
        return std::pair(loss, 9 * divergence);
    };
    const auto [half, divergence] = run(0.5);
    CHECK(asked == 70);
    CHECK((seen == std::vector<std::uint8_t>(64 * 70, 9)));
    CHECK(divergence > 1e-3);
    CHECK(run(1.0).first == doctest::Approx(divergence).epsilon(1e-12));
    CHECK(half == doctest::Approx((run(0.0).first + divergence) / 2).epsilon(1e-12));
    logits.resize(4 * 69);
    Training<Net> training(70);
    Trainer<Net> trainer(training, data().samples(),
                         {.distillation = {.teacher = [&](const std::uint8_t*, std::int64_t) {
                              return std::span<const float>(logits);
                          }}});
    CHECK_THROWS_WITH_AS(trainer.train_batch(), "teacher logits: expected 280, found 276", std::runtime_error);
}

TEST_CASE("validation belongs between epochs and needs samples") {
    Training<Net> training(16);
    Trainer<Net> trainer(training, data().samples(), {.validation = other_data().samples()});
    trainer.train_batch();
    CHECK_THROWS_WITH_AS(trainer.validate(), doctest::Contains("between epochs"), std::logic_error);
    Trainer<Net> without(training, data().samples(), {});
    CHECK_THROWS_WITH_AS(without.validate(), doctest::Contains("no validation samples"), std::logic_error);
}

}  // namespace trainer_options_test
