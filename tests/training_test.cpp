// Training as a user sees it: it learns, it says what is wrong with its input, its statistics are averages of the data.
// Also the cosine, the optimisers and the memory planner.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/model/intervals.hpp"
#include "intaglio/train/loop/evaluation.hpp"
#include "intaglio/train/loop/optimizer.hpp"
#include "intaglio/train/loop/schedule.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/training_tools.hpp"

namespace training_test {

namespace {

using namespace intaglio;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<8>, BatchNorm>, AvgPool<2>,
                     Conv<Out<8>>, Classifier<QInt<8>, Out<4>>> {};

template <class Optimizer>
Evaluation learn(Optimizer optimizer, std::vector<double>& losses) {
    const tools::Stripes train(600, 8, 8, 1, 4, 1);
    const tools::Stripes test(200, 8, 8, 1, 4, 2);
    Training<Net> training(50, 1, 1);
    TrainerOptions<Optimizer> options;
    options.optimizer = optimizer;
    options.epochs = 3;
    options.batch = 50;
    Trainer<Net, Optimizer> trainer(training, train.samples(), options);
    struct Observer {
        std::vector<double>& losses;
        int batches = 0;
        bool batch(const EpochMetrics& m) {
            ++batches;
            CHECK(m.batches == 12);
            CHECK(m.batch == (batches - 1) % 12 + 1);
            CHECK(m.epochs == 3);
            return true;
        }
        void epoch(const EpochMetrics& m) { losses.push_back(m.loss); }
    } observer{losses};
    trainer.fit(observer);
    CHECK(trainer.finished());
    CHECK(observer.batches == 36);
    trainer.reestimate_statistics();
    return evaluate(training, test.samples());
}

template <class F>
void throws(const F& f, const char* words) {
    CHECK_THROWS_WITH_AS(f(), doctest::Contains(words), std::invalid_argument);
}

}  // namespace

TEST_CASE("a simple problem is learnt") {
    for (const int optimizer : {0, 1, 2}) {
        std::vector<double> losses;
        const Evaluation result = optimizer == 0   ? learn(Adam{}, losses)
                                  : optimizer == 1 ? learn(AdamW{}, losses)
                                                   : learn(MomentumSgd{}, losses);
        REQUIRE(losses.size() == 3);
        CHECK(losses[0] > losses[1]);
        CHECK(losses[1] > losses[2]);
        CHECK(losses[2] < std::log(4.0) / 3);  // a third of what guessing gives
        CHECK(result.images == 200);
        CHECK(result.accuracy() > 0.98);
        CHECK(result.float_accuracy() > 0.98);
        REQUIRE(result.activity.size() == static_cast<std::size_t>(facts<Net>.value_count));
        for (const Row& row : facts<Net>.rows) {
            const double share = result.activity[static_cast<std::size_t>(row.output)];
            if (!facts<Net>.value(row.output).pending) {
                CHECK(share > 0.0);
                CHECK(share < 1.0);
            }
        }
    }
}

TEST_CASE("an observer stops the training, which goes on where it stopped") {
    const tools::Stripes data(100, 8, 8, 1, 4);
    const auto run = [&](int stop) {
        Training<Net> training(20);
        Trainer<Net> trainer(training, data.samples(), {.epochs = 2, .batch = 20});
        struct Observer {
            int left;
            int epochs = 0;
            bool batch(const EpochMetrics&) { return --left != 0; }
            void epoch(const EpochMetrics&) { ++epochs; }
        } observer{stop};
        trainer.fit(observer);
        CHECK(trainer.finished() == (stop == 0 || stop == 10));
        CHECK(observer.epochs == (stop == 0 ? 2 : stop / 5));
        trainer.fit();
        CHECK(trainer.finished());
        return std::vector<float>(training.parameters().begin(), training.parameters().end());
    };
    const std::vector<float> expected = run(0);
    for (const int stop : {1, 4, 5, 6, 10}) CHECK((run(stop) == expected));
}

TEST_CASE("what is wrong with the input is named") {
    const tools::Stripes data(40, 8, 8, 1, 4);
    Training<Net> training(20);
    using Options = TrainerOptions<>;
    const auto make = [&](Samples samples, Options options) {
        return [&training, samples, options] { Trainer<Net>(training, samples, options); };
    };
    const Options good{.batch = 20};
    CHECK_NOTHROW(make(data.samples(), good)());
    CHECK(Trainer<Net>(training, data.samples(), {}).batches() == 2);
    throws(make({}, good), "training samples");
    throws(make({data.pixels, {}}, good), "training samples");
    throws(make({std::span(data.pixels).first(data.pixels.size() - 1), data.labels}, good),
           "training samples: expected 2560 pixels");
    throws(make({data.pixels, std::span(data.labels).first(39)}, good), "training samples: expected 2496 pixels");
    std::vector<std::uint8_t> labels = data.labels;
    labels[17] = 4;
    throws(make({data.pixels, labels}, good), "training samples: label 4 of image 17 is none of the 4 classes, 0 to 3");
    throws(make(data.samples(), {.epochs = 0, .batch = 20}), "epochs");
    throws(make(data.samples(), {.batch = -1}), "batch size");
    throws(make(data.samples(), {.batch = 21}), "batch size");
    throws(make(data.samples(), {.optimizer = {.learning_rate = 0}, .batch = 20}), "learning rate");
    throws(make(data.samples(), {.optimizer = {.learning_rate = std::nan("")}, .batch = 20}), "learning rate");
    throws(make(data.samples(), {.batch = 20, .weight_decay = -1}), "weight decay");
    throws(make(data.samples(), {.batch = 20, .loss = CrossEntropyAndSquares{.gamma = 1.5}}), "gamma");
    throws([] { Training<Net>(0); }, "batch size");
    throws([] { Training<Net>(-3); }, "batch size");
    throws([] { Training<Net>(INT64_MAX); }, "batch size: expected 1 to");
    throws([] { Training<Net>(INT64_MAX / 64); }, "batch size: expected 1 to");
    throws([&] { training.forward(data.pixels.data(), 21, train::Statistics::batch); }, "expected 1 to 20, found 21");
    throws([&] { training.forward(data.pixels.data(), 0, train::Statistics::batch); }, "expected 1 to 20, found 0");
    throws([&] { (void)evaluate(training, {}); }, "evaluation samples");
    throws([&] { (void)evaluate(training, {std::span(data.pixels).first(64), data.labels}); }, "evaluation samples");
    throws([&] { (void)evaluate(training, {data.pixels, labels}); }, "evaluation samples: label 4 of image 17");
}

TEST_CASE("an evaluation does not depend on the batch") {
    const tools::Stripes data(41, 8, 8, 1, 4);
    Training<Net> all(41, 1, 9);
    const Evaluation expected = evaluate(all, data.samples());
    for (const std::int64_t batch : {1, 7, 40}) {
        Training<Net> some(batch, 2, 9);
        const Evaluation found = evaluate(some, data.samples());
        CHECK(found.loss == expected.loss);
        CHECK(found.float_correct == expected.float_correct);
        CHECK((found.predictions == expected.predictions));
        CHECK((found.activity == expected.activity));
    }
}

TEST_CASE("parameters that are not finite stop the training with words") {
    const tools::Stripes data(20, 8, 8, 1, 4);
    for (const ParameterRange& range : Training<Net>::ranges()) {
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
            INFO("row " << range.row << ", kind " << static_cast<int>(range.kind));
            Training<Net> training(20, 2);
            training.parameters()[static_cast<std::size_t>(range.begin + range.count - 1)] = bad;
            training.parameters_changed();
            Trainer<Net> trainer(training, data.samples(), {.batch = 20});
            CHECK_THROWS_WITH_AS(trainer.train_batch(), doctest::Contains("not finite"), std::runtime_error);
            CHECK_THROWS_WITH_AS(training.forward(data.pixels.data(), 1, train::Statistics::running),
                                 doctest::Contains("not finite"), std::runtime_error);
        }
    }
}

TEST_CASE("re-estimated statistics are the exact averages, whatever the batch") {
    const tools::Stripes data(90, 8, 8, 1, 4);
    const auto estimate = [&](std::int64_t batch, std::int64_t limit) {
        Training<Net> training(batch, 1, 9);
        Trainer<Net> trainer(training, data.samples(), {.batch = batch});
        trainer.reestimate_statistics(13);
        trainer.reestimate_statistics(limit);  // starts anew
        return tools::running_statistics(training);
    };
    const std::vector<double> all = estimate(90, INT64_MAX);
    REQUIRE(all.size() >= 16);
    for (const std::int64_t batch : {1, 7, 30, 89}) CHECK((estimate(batch, INT64_MAX) == all));
    CHECK((estimate(90, 50) != all));
    CHECK((estimate(25, 50) == estimate(50, 50)));

    // Against the naive reference, all 90 images at once.
    Training<Net> training(90, 1, 9);
    training.forward(data.pixels.data(), 90, train::Statistics::batch);
    reference::Network naive = tools::make_reference(training, 90, false);
    naive.forward(data.pixels.data(), 90);
    for (std::size_t c = 0; c < 8; ++c) {
        CHECK(all[c] == doctest::Approx(naive.mean[1][c]).epsilon(1e-13));
        CHECK(all[8 + c] + 1e-5 == doctest::Approx(naive.deviation[1][c] * naive.deviation[1][c]).epsilon(1e-13));
    }
}

TEST_CASE("running statistics follow the batches with momentum 0.1") {
    const tools::Stripes data(20, 8, 8, 1, 4);
    Training<Net> training(10, 1, 9);
    const std::vector<double> start = tools::running_statistics(training);
    training.forward(data.pixels.data(), 10, train::Statistics::batch);
    const std::vector<double> first = tools::running_statistics(training);
    const double mean = training.state<1>().mean[2];
    const double variance = training.state<1>().deviation[2] * training.state<1>().deviation[2] - 1e-5;
    CHECK(start[2] == 0);
    CHECK(start[8 + 2] == 1);
    CHECK(first[2] == doctest::Approx(0.1 * mean).epsilon(1e-14));
    CHECK(first[8 + 2] == doctest::Approx(0.9 + 0.1 * variance).epsilon(1e-12));
    training.forward(data.pixels.data() + 640, 10, train::Statistics::running);
    CHECK((tools::running_statistics(training) == first));
}

TEST_CASE("backward gives the same gradients twice, and initial parameters are those of the seed") {
    const tools::Stripes data(20, 8, 8, 1, 4);
    Training<Net> training(20, 1, 4);
    training.forward(data.pixels.data(), 20, train::Statistics::batch);
    const auto run = [&] {
        for (float& g : training.logit_gradient()) g = 0.5F;
        training.logit_gradient()[3] = -2.0F;
        training.backward();
        return std::vector<float>(training.gradients().begin(), training.gradients().end());
    };
    const std::vector<float> first = run();
    CHECK((run() == first));

    const std::vector<float> initial(training.parameters().begin(), training.parameters().end());
    Training<Net> same(3, 2, 4);
    CHECK((std::vector<float>(same.parameters().begin(), same.parameters().end()) == initial));
    same.initialize(5);
    CHECK((std::vector<float>(same.parameters().begin(), same.parameters().end()) != initial));
    for (const ParameterRange& range : Training<Net>::ranges()) {
        double sum = 0;
        double squares = 0;
        for (std::int64_t i = 0; i < range.count; ++i) {
            const auto p = static_cast<double>(initial[static_cast<std::size_t>(range.begin + i)]);
            sum += p;
            squares += p * p;
            if (range.kind == ParameterKind::gain) CHECK(p == 1);
            if (range.kind == ParameterKind::bias) CHECK(p == 0);
        }
        if (range.kind == ParameterKind::weight) {
            const auto n = static_cast<double>(range.count);
            const double variance = 2.0 / static_cast<double>(facts<Net>.row(range.row).extents.fan_in());
            CHECK(std::fabs(sum / n) < 4 * std::sqrt(variance / n));
            CHECK(std::fabs(squares / n / variance - 1) < 4 * std::sqrt(2 / n));
        }
    }
}

TEST_CASE("weight decay touches weights only") {
    // Two runs of one step have the same gradients.
    const tools::Stripes data(20, 8, 8, 1, 4);
    const auto step = [&](double decay) {
        Training<Net> training(20, 1, 4);
        Trainer<Net, MomentumSgd> trainer(training, data.samples(),
                                          {.optimizer = {.learning_rate = 0.5}, .batch = 20, .weight_decay = decay});
        trainer.train_batch();
        return std::vector<float>(training.parameters().begin(), training.parameters().end());
    };
    const std::vector<float> without = step(0);
    const std::vector<float> with = step(0.01);
    Training<Net> initial(20, 1, 4);
    for (const ParameterRange& range : Training<Net>::ranges()) {
        for (auto i = static_cast<std::size_t>(range.begin); i < static_cast<std::size_t>(range.begin + range.count);
             ++i) {
            const double difference = static_cast<double>(with[i]) - static_cast<double>(without[i]);
            if (range.kind == ParameterKind::weight) {
                const double expected = -0.5 * 0.01 * static_cast<double>(initial.parameters()[i]);
                CHECK(std::fabs(difference - expected) <= 3e-7 * (1 + std::fabs(static_cast<double>(with[i]))));
            } else {
                CHECK(difference == 0);
            }
        }
    }
}

TEST_CASE("optimisers against their formulas in double precision") {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    constexpr std::size_t n = 37;
    const auto run = [&](const auto& optimizer, bool adam, bool decoupled = false) {
        std::vector<float> w(n), g(n), first(n), second(n);
        for (float& x : w) x = normal(random);
        std::vector<double> w2(w.begin(), w.end()), m(n), v(n);
        for (std::uint64_t step = 1; step <= 20; ++step) {
            const double rate = 0.01 * cosine_schedule(step, 30);
            for (float& x : g) x = normal(random);
            optimizer.update(w.data(), g.data(), n, 0.125F, rate, step, first.data(), second.data());
            for (std::size_t i = 0; i < n; ++i) {
                const double gradient = static_cast<double>(g[i]) + (decoupled ? 0 : 0.125 * w2[i]);
                if (decoupled) w2[i] -= rate * 0.125 * w2[i];
                if (adam) {
                    m[i] = 0.9 * m[i] + 0.1 * gradient;
                    v[i] = 0.999 * v[i] + 0.001 * gradient * gradient;
                    const double t = static_cast<double>(step);
                    w2[i] -=
                        rate * (m[i] / (1 - std::pow(0.9, t))) / (std::sqrt(v[i] / (1 - std::pow(0.999, t))) + 1e-8);
                } else {
                    m[i] = 0.9 * m[i] + gradient;
                    w2[i] -= rate * m[i];
                }
            }
        }
        // Twenty steps, each with a handful of roundings of 2^-24; 1 - beta2 in single precision is off by 5e-5 of
        // itself.
        for (std::size_t i = 0; i < n; ++i) CHECK(std::fabs(static_cast<double>(w[i]) - w2[i]) < (adam ? 1e-5 : 3e-6));
    };
    run(Adam{}, true);
    run(AdamW{}, true, true);
    run(MomentumSgd{}, false);
}

TEST_CASE("the cosine schedule") {
    CHECK(cosine_schedule(0, 10) == 1.0);
    CHECK(cosine_schedule(5, 10) == doctest::Approx(0.5).epsilon(1e-15));
    CHECK(cosine_schedule(10, 10) == 0.0);
    CHECK(cosine_schedule(11, 10) == 0.0);
    CHECK(cosine_schedule(0, 0) == 0.0);
    for (std::uint64_t s = 0; s < 100; ++s) {
        CHECK(cosine_schedule(s, 100) > cosine_schedule(s + 1, 100));
        CHECK(cosine_schedule(s, 100) + cosine_schedule(100 - s, 100) == doctest::Approx(1.0).epsilon(1e-14));
    }
}

TEST_CASE("memory plans: what is alive together does not overlap") {
    std::mt19937 random(2);
    constexpr std::size_t n = 24;
    for (int repetition = 0; repetition < 300; ++repetition) {
        Array<Interval, n> intervals{};
        std::int64_t sum = 0;
        for (Interval& i : intervals.data) {
            i.size = random() % 5 == 0 ? 0 : static_cast<std::int64_t>(random() % 1000);
            i.first = static_cast<std::int32_t>(random() % 20);
            i.last = i.first + static_cast<std::int32_t>(random() % 6) - 1;  // some live never
            sum += aligned(i.size);
        }
        const Array<Interval, n> before = intervals;
        const std::int64_t total = lay_out(intervals);
        std::int64_t end = 0;
        std::int64_t peak = 0;  // what any plan needs
        for (std::int32_t t = 0; t < 30; ++t) {
            std::int64_t alive = 0;
            for (const Interval& i : intervals) alive += i.first <= t && t <= i.last ? i.size : 0;
            peak = std::max(peak, alive);
        }
        for (std::size_t a = 0; a < n; ++a) {
            const Interval& x = intervals[a];
            CHECK(x.size == aligned(before[a].size));
            CHECK(x.first == before[a].first);
            CHECK(x.last == before[a].last);
            CHECK(x.offset % memory_alignment == 0);
            CHECK(x.offset >= 0);
            if (x.size > 0) end = std::max(end, x.offset + x.size);
            for (std::size_t b = 0; b < a; ++b) {
                const Interval& y = intervals[b];
                const bool together = x.first <= y.last && y.first <= x.last && x.first <= x.last && y.first <= y.last;
                const bool apart = x.offset + x.size <= y.offset || y.offset + y.size <= x.offset;
                if (together && x.size > 0 && y.size > 0) CHECK(apart);
            }
        }
        CHECK(total == end);
        CHECK(total >= peak);
        CHECK(total <= sum);
    }
}

}  // namespace training_test
