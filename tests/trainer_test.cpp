// A run redone by hand, step by step: which samples a batch has, what is drawn anew, and what becomes of parameters,
// moments, averages and metrics, also behind a resume.
#include "intaglio/train/trainer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "data_files/temporary_folder.hpp"
#include "intaglio/io/training_checkpoint.hpp"
#include "intaglio/tandem/convert.hpp"
#include "support/training_tools.hpp"

namespace trainer_test {

using namespace intaglio;
using train::Statistics;

namespace {

/// Norms with gains and biases, dropout, and weights that are kept within -1 ... 1.
struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>, BatchNorm>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                     Dropout<Rate{0.25}>, Conv<SignWeights<WeightScale::mean, Per::channel, PlainIdentity<>>, Out<6>>,
                     Classifier<QInt<8>, Out<4>, Lbn>> {};
constexpr std::size_t pixels = 64;
constexpr std::int64_t samples = 70;
constexpr std::int64_t batch = 16;  // five batches, the last one of 6
constexpr std::int64_t batches = 5;

const tools::Stripes& data() {
    static const tools::Stripes all(samples, 8, 8, 1, 4);
    return all;
}

void change_some(std::span<std::uint8_t> image, Random& random) {
    for (int i = 0; i < 9; ++i) image[random.below(pixels)] = static_cast<std::uint8_t>(random.below(256));
}

template <class T>
std::vector<double> list_of(T& from, const std::string& prefix) {
    std::vector<double> all;
    for (const train::NamedNumbers& numbers : from.state()) {
        if (!numbers.name.starts_with(prefix)) continue;
        std::visit([&](auto values) { all.insert(all.end(), values.begin(), values.end()); }, numbers.values);
    }
    return all;
}

/// Parameters and statistics.
std::vector<double> network_of(Training<Net>& training) {
    std::vector<double> all(training.parameters().begin(), training.parameters().end());
    const std::vector<double> statistics = tools::running_statistics(training);
    all.insert(all.end(), statistics.begin(), statistics.end());
    return all;
}

/// Copies parameters and statistics.
void copy_network(Training<Net>& from, Training<Net>& to) {
    std::copy(from.parameters().begin(), from.parameters().end(), to.parameters().begin());
    std::vector<train::NamedNumbers> source;
    std::vector<train::NamedNumbers> target;
    from.add_persistent(source);
    to.add_persistent(target);
    for (std::size_t i = 0; i < source.size(); ++i) {
        std::visit(
            [&](auto values) {
                const auto numbers = std::get<decltype(values)>(source[i].values);
                std::copy(numbers.begin(), numbers.end(), values.begin());
            },
            target[i].values);
    }
    to.parameters_changed();
}

/// The order of an epoch by its definition: from the last place down, each place gets one of those up to it.
std::vector<std::uint32_t> order_of(std::uint64_t seed, std::int64_t epoch, std::size_t count) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    Random random(seed, 4294967296U + static_cast<std::uint64_t>(epoch));
    for (std::size_t i = count; i-- > 1;) std::swap(order[i], order[random.below(static_cast<std::uint32_t>(i) + 1)]);
    return order;
}

/// One number of an optimiser in double precision: its weight and its two moments.
struct Weight {
    double value;
    std::array<double, 2> moment;
};

void update_by_hand(const MomentumSgd& optimizer, Weight& w, double gradient, double decay, double rate, double) {
    w.moment[0] = optimizer.momentum * w.moment[0] + gradient + decay * w.value;
    w.value -= rate * w.moment[0];
}
void update_adam_by_hand(const auto& optimizer, Weight& w, double gradient, double rate, double step) {
    w.moment[0] = optimizer.beta1 * w.moment[0] + (1 - optimizer.beta1) * gradient;
    w.moment[1] = optimizer.beta2 * w.moment[1] + (1 - optimizer.beta2) * gradient * gradient;
    const double mean = w.moment[0] / (1 - std::pow(optimizer.beta1, step));
    const double square = w.moment[1] / (1 - std::pow(optimizer.beta2, step));
    w.value -= rate * mean / (std::sqrt(square) + optimizer.epsilon);
}
void update_by_hand(const Adam& optimizer, Weight& w, double gradient, double decay, double rate, double step) {
    update_adam_by_hand(optimizer, w, gradient + decay * w.value, rate, step);
}
void update_by_hand(const AdamW& optimizer, Weight& w, double gradient, double decay, double rate, double step) {
    w.value -= rate * decay * w.value;
    update_adam_by_hand(optimizer, w, gradient, rate, step);
}

/// Walks through a run and compares each step with one that is made by hand from the state in front of it. Stops,
/// and goes on in other objects, behind step `stop`.
template <class Optimizer>
void check_run(const Optimizer& optimizer, int stop) {
    const test_files::TemporaryFolder folder;
    const auto file = folder.path() / "run.checkpoint";
    const TrainerOptions<Optimizer> options{
        .optimizer = optimizer,
        .epochs = 3,
        .batch = batch,
        .weight_decay = 0.001,
        .seed = 6,
        .schedule = StepSchedule{.milestones = {2}, .factor = 0.5},
        .warm_up = 0.5,  // two and a half steps, which is three
        .clip_norm = 0.4,
        .clip_value = 0.2,
        .loss = CrossEntropyAndSquares{.gamma = 0.2,
                                       .label_smoothing = 0.1,
                                       .class_weights = {1, 2, 1, 0.5},
                                       .squared_error = SquaredError::probabilities},
        .average = {.decay = 0.75, .start = 4},
        .augment = change_some};
    std::optional<Training<Net>> training(std::in_place, batch, 1, 3);
    // Numbers of all kinds that a decay or a limit would move.
    std::mt19937 random(2);
    std::normal_distribution<float> normal;
    for (const ParameterRange& range : Training<Net>::ranges()) {
        float* p = training->parameters().data() + range.begin;
        for (std::int64_t i = 0; i < range.count; ++i) {
            p[i] = range.limit > 0 ? std::clamp(4 * normal(random), -1.0F, 1.0F) : 0.75F + 0.5F * normal(random);
        }
    }
    training->parameters_changed();
    std::optional<Trainer<Net, Optimizer>> trainer(std::in_place, *training, data().samples(), options);
    Training<Net> mirror(batch, 1, 3);
    std::vector<double> average;
    double loss_sum = 0;
    std::int64_t correct = 0;
    bool clipped_norm = false;
    bool clipped_value = false;
    bool limited = false;
    for (int step = 0; step < 3 * batches; ++step) {
        CAPTURE(step);
        if (step == stop) {
            save_checkpoint(*trainer, file);
            trainer.reset();
            training.emplace(batch, 2, 99);
            trainer.emplace(*training, data().samples(), options);
            load_checkpoint(*trainer, file);
        }
        const std::vector<double> before(training->parameters().begin(), training->parameters().end());
        copy_network(*training, mirror);
        std::vector<double> moments[2];
        for (std::size_t m = 0; m < Optimizer::moments; ++m) {
            moments[m] = list_of(*trainer, "moment " + std::to_string(m));
        }
        moments[1].resize(before.size());
        const EpochMetrics metrics = trainer->train_batch();

        // The batch, as the definitions say.
        const std::int64_t epoch = step / batches;
        const std::vector<std::uint32_t> order = order_of(6, epoch, samples);
        const auto first = static_cast<std::size_t>(step % batches * batch);
        const std::size_t count = std::min<std::size_t>(batch, order.size() - first);
        std::vector<std::uint8_t> images;
        std::vector<int> labels;
        for (std::size_t i = first; i < first + count; ++i) {
            std::vector<std::uint8_t> image(pixels);
            std::copy_n(data().pixels.begin() + static_cast<std::ptrdiff_t>(pixels * order[i]), pixels, image.begin());
            Random own(6, (std::uint64_t{1} << 63) + (static_cast<std::uint64_t>(epoch) << 32) + order[i]);
            change_some(image, own);
            images.insert(images.end(), image.begin(), image.end());
            labels.push_back(data().labels[order[i]]);
        }
        // Its gradients, through dropout of this step.
        mirror.set_pass(static_cast<std::uint64_t>(step));
        mirror.forward(images.data(), static_cast<std::int64_t>(count), Statistics::batch);
        const double loss = options.loss(mirror.float_logits(), labels, 4, mirror.logit_gradient());
        mirror.backward();
        double squares = 0;
        std::vector<double> gradient(mirror.gradients().begin(), mirror.gradients().end());
        for (double& g : gradient) {
            clipped_value = clipped_value || std::fabs(g) > 0.2;
            g = std::clamp(g, -0.2, 0.2);
            squares += g * g;
        }
        const double norm = std::sqrt(squares);
        clipped_norm = clipped_norm || norm > 0.4;
        for (double& g : gradient) g *= norm > 0.4 ? 0.4 / norm : 1.0;

        // The update, with decay of weights alone.
        const double rate = optimizer.learning_rate * (step < 3 ? (step + 1) / 4.0 : 1.0) * (epoch >= 2 ? 0.5 : 1.0);
        const std::vector<double> after(training->parameters().begin(), training->parameters().end());
        const std::vector<double> first_after = list_of(*trainer, "moment 0");
        bool same = true;  // but for single precision
        for (const ParameterRange& range : Training<Net>::ranges()) {
            for (auto i = static_cast<std::size_t>(range.begin);
                 i < static_cast<std::size_t>(range.begin + range.count); ++i) {
                Weight w{before[i], {moments[0][i], moments[1][i]}};
                const double decay = range.kind == ParameterKind::weight ? 0.001 : 0.0;
                update_by_hand(optimizer, w, gradient[i], decay, rate, step + 1.0);
                if (range.limit > 0) {
                    limited = limited || std::fabs(w.value) > 1;
                    w.value = std::clamp(w.value, -1.0, 1.0);
                }
                same = same && std::fabs(after[i] - w.value) < 2e-6 * (1 + std::fabs(w.value)) &&
                       std::fabs(first_after[i] - w.moment[0]) < 1e-6 * (1 + std::fabs(w.moment[0]));
            }
        }
        REQUIRE(same);
        CHECK((tools::running_statistics(*training) == tools::running_statistics(mirror)));

        // The average: the weights themselves up to step 4, then a quarter of each.
        const std::vector<double> now = network_of(*training);
        if (step < 4) {
            average = now;
        } else {
            for (std::size_t i = 0; i < now.size(); ++i) average[i] = 0.75 * average[i] + 0.25 * now[i];
        }
        // (Not by swap_average, which would tell the training of new parameters.)
        const std::vector<double> found = list_of(*trainer, "average ");
        REQUIRE(found.size() == now.size());
        for (std::size_t i = 0; i < now.size(); ++i) {
            same = same && std::fabs(found[i] - average[i]) < 1e-5 * (1 + std::fabs(average[i]));
        }
        REQUIRE(same);

        // The metrics: means over the images of the epoch so far.
        if (step % batches == 0) loss_sum = static_cast<double>(correct = 0);
        loss_sum += loss * static_cast<double>(count);
        for (std::size_t i = 0; i < count; ++i) {
            correct += mirror.prediction(static_cast<std::int64_t>(i)) == labels[i] ? 1 : 0;
        }
        const auto so_far = static_cast<double>(first + count);
        CHECK(metrics.loss == doctest::Approx(loss_sum / so_far).epsilon(1e-13));
        CHECK(metrics.accuracy == static_cast<double>(correct) / so_far);
        CHECK(metrics.learning_rate == doctest::Approx(rate).epsilon(1e-15));
        CHECK(metrics.gradient_norm == doctest::Approx(norm).epsilon(1e-6));
        CHECK(metrics.epoch == epoch + 1);
        CHECK(metrics.batch == step % batches + 1);
    }
    CHECK(trainer->finished());
    CHECK(clipped_norm);
    CHECK(clipped_value);
    CHECK(limited);
}

}  // namespace

TEST_CASE("every step of a run is the one that its definitions give, also behind a resume") {
    for (const int stop : {-1, 2, 7, 10}) {
        CAPTURE(stop);
        check_run(MomentumSgd{.learning_rate = 0.125, .momentum = 0.75}, stop);
        check_run(Adam{.learning_rate = 0.05, .beta1 = 0.75, .beta2 = 0.875, .epsilon = 0.01}, stop);
        check_run(AdamW{.learning_rate = 0.05, .beta1 = 0.75, .beta2 = 0.875, .epsilon = 0.01}, stop);
    }
}

TEST_CASE("optimisers of any settings against their formulas in double precision") {
    constexpr std::size_t count = 41;
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    const auto check = [&](const auto& optimizer) {
        std::vector<float> weights(count), gradient(count), first(count), second(count);
        std::vector<Weight> expected(count);
        for (std::size_t i = 0; i < count; ++i) expected[i].value = static_cast<double>(weights[i] = normal(random));
        for (std::uint64_t step = 1; step <= 12; ++step) {
            const double rate = 0.01 * static_cast<double>(step);
            for (float& g : gradient) g = normal(random);
            optimizer.update(weights.data(), gradient.data(), count, 0.5F, rate, step, first.data(), second.data());
            for (std::size_t i = 0; i < count; ++i) {
                update_by_hand(optimizer, expected[i], static_cast<double>(gradient[i]), 0.5, rate,
                               static_cast<double>(step));
                REQUIRE(std::fabs(static_cast<double>(weights[i]) - expected[i].value) < 1e-5);
            }
        }
    };
    check(MomentumSgd{.momentum = 0});
    check(MomentumSgd{.momentum = 0.25});
    for (const double epsilon : {1e-8, 0.5}) {
        check(Adam{.beta1 = 0.5, .beta2 = 0.75, .epsilon = epsilon});
        check(AdamW{.beta1 = 0.5, .beta2 = 0.75, .epsilon = epsilon});
        check(Adam{.beta1 = 0, .beta2 = 0.5, .epsilon = epsilon});
    }
}

TEST_CASE("the order of an epoch holds each sample once, follows from seed and epoch, and favours no place") {
    constexpr std::size_t count = 12;
    std::vector<std::uint32_t> order(count);
    std::set<std::vector<std::uint32_t>> orders;
    std::array<std::array<int, count>, count> places{};
    constexpr int draws = 4000;
    for (int draw = 0; draw < draws; ++draw) {
        const auto seed = static_cast<std::uint64_t>(draw / 40 + 1);
        train::shuffle(order, seed, draw % 40);
        REQUIRE((order == order_of(seed, draw % 40, count)));
        for (std::size_t i = 0; i < count; ++i) ++places[i][order[i]];
        orders.insert(order);
        std::sort(order.begin(), order.end());
        for (std::size_t i = 0; i < count; ++i) REQUIRE(order[i] == i);
    }
    CHECK(orders.size() == draws);
    // Each sample stands at each place equally often, within five standard deviations.
    const double expected = draws / 12.0;
    for (const auto& place : places) {
        for (const int times : place) CHECK(std::fabs(times - expected) < 5 * std::sqrt(expected));
    }
    std::vector<std::uint32_t> one(1, 7);
    train::shuffle(one, 1, 0);
    CHECK(one[0] == 0);
}

TEST_CASE("every epoch shows every sample once, in another order, the last batch included") {
    std::vector<std::vector<std::uint8_t>> seen;
    Training<Net> training(batch);
    Trainer<Net> trainer(training, data().samples(), {.epochs = 3, .augment = [&](auto image, Random&) {
                                                          seen.emplace_back(image.begin(), image.end());
                                                      }});
    trainer.fit();
    REQUIRE(seen.size() == 3 * samples);
    std::set<std::vector<std::vector<std::uint8_t>>> orders;
    std::vector<std::vector<std::uint8_t>> all;
    for (std::size_t i = 0; i < samples; ++i) {
        const auto first = data().pixels.begin() + static_cast<std::ptrdiff_t>(pixels * i);
        all.emplace_back(first, first + pixels);
    }
    std::sort(all.begin(), all.end());
    for (std::ptrdiff_t epoch = 0; epoch < 3; ++epoch) {
        std::vector<std::vector<std::uint8_t>> of_epoch(seen.begin() + samples * epoch,
                                                        seen.begin() + samples * (epoch + 1));
        orders.insert(of_epoch);
        std::sort(of_epoch.begin(), of_epoch.end());
        CHECK((of_epoch == all));
    }
    CHECK(orders.size() == 3);
}

TEST_CASE("validating an epoch twice is no second epoch without improvement") {
    Training<Net> training(batch);
    Trainer<Net> trainer(training, data().samples(),
                         {.optimizer = {.learning_rate = 1e-30},  // nothing improves
                          .epochs = 9,
                          .average = {.decay = 0.5},
                          .early_stopping = {.patience = 3},
                          .validation = data().samples()});
    for (int epoch = 1; epoch <= 2; ++epoch) {
        for (int b = 0; b < batches; ++b) trainer.train_batch();
        for (int times = 0; times < 4; ++times) trainer.validate();
        CHECK(!trainer.finished());
    }
}

TEST_CASE("a best epoch comes back once, with its statistics, into weights and average") {
    Training<Net> training(batch, 1, 3);
    Trainer<Net> trainer(training, data().samples(),
                         {.optimizer = {.learning_rate = 0.2},
                          .epochs = 6,
                          .schedule = ConstantSchedule{},
                          .average = {.decay = 0.5},
                          .early_stopping = {.patience = 9, .metric = StoppingMetric::loss},
                          .validation = data().samples()});
    std::vector<std::vector<double>> averages;
    while (!trainer.finished()) {
        const EpochMetrics& metrics = trainer.train_batch();
        if (metrics.batch < metrics.batches) continue;
        trainer.validate();
        trainer.swap_average();
        averages.push_back(network_of(training));
        trainer.swap_average();
    }
    REQUIRE(trainer.best_epoch() > 0);
    const std::vector<double> best = averages[static_cast<std::size_t>(trainer.best_epoch() - 1)];
    CHECK((network_of(training) != best));
    trainer.restore_best();
    CHECK((network_of(training) == best));
    trainer.swap_average();
    CHECK((network_of(training) == best));
    trainer.swap_average();
    // Once only: what is changed afterwards stays.
    training.parameters()[0] += 1;
    trainer.restore_best();
    CHECK((network_of(training) != best));
}

TEST_CASE("a conversion keeps what it has where a task changes nothing: merely equal is no improvement") {
    struct Student : BnFree<Net, Scale::LayerBias> {};
    Training<Net> teacher(batch);
    Trainer<Net> trainer(teacher, data().samples(), {.epochs = 2});
    trainer.fit();
    trainer.reestimate_statistics();
    tandem::Options options;
    options.stage1 = {.samples = samples, .minimum = 2};
    options.stage2.epochs = 1;
    options.stage2.learning_rate = 1e-30;
    options.stage2.recalibrate = false;
    options.joint.epochs = 1;
    options.joint.learning_rate = 1e-30;
    options.batch = batch;
    const auto converted = tandem::convert<Student>(teacher, data().samples(), data().samples(), options);
    int kept = 0;
    for (std::size_t i = 0; i < converted.tasks.size(); ++i) {
        if (!converted.tasks[i].trains()) continue;
        CHECK(converted.records[i].decided() == tandem::Decision::kept);
        ++kept;
    }
    CHECK(kept >= 3);
}

TEST_CASE("a conversion takes what has the same accuracy and a smaller loss") {
    struct Student : BnFree<Net, Scale::LayerBias> {};
    Training<Net> teacher(batch);
    Trainer<Net> trainer(teacher, data().samples(), {.epochs = 12});
    trainer.fit();
    trainer.reestimate_statistics();
    tandem::Options options;
    options.stage1 = {.samples = samples, .minimum = 2};
    options.stage2.epochs = 2;
    options.joint.epochs = 6;
    options.batch = batch;
    tandem::Conversion<Student, Net> conversion(teacher, data().samples(), data().samples(), options);
    int by_loss = 0;
    while (!conversion.finished()) {
        const std::size_t task = conversion.task();
        if (!conversion.tasks()[task].trains()) {
            conversion.advance();
            continue;
        }
        const Evaluation before = evaluate(conversion.student(), data().samples());
        const std::vector<float> numbers(conversion.student().parameters().begin(),
                                         conversion.student().parameters().end());
        while (conversion.task() == task) conversion.advance();
        const Evaluation after = evaluate(conversion.student(), data().samples());
        for (const ParameterRange& range : Training<Student>::ranges()) {
            if (conversion.tasks()[task].kind != tandem::TaskKind::joint || range.kind != ParameterKind::gain) continue;
            const auto begin = static_cast<std::ptrdiff_t>(range.begin);
            const std::span<const float> now = conversion.student().parameters();
            CHECK(std::equal(now.begin() + begin, now.begin() + begin + range.count, numbers.begin() + begin));
        }
        if (conversion.records()[task].decided() == tandem::Decision::kept) {
            CHECK(after.loss == before.loss);
            continue;
        }
        CHECK((after.correct > before.correct || (after.correct == before.correct && after.loss < before.loss)));
        by_loss += after.correct == before.correct ? 1 : 0;
    }
    CHECK(by_loss > 0);
}

}  // namespace trainer_test
