// Ranks that share the batches of a training give the bits of one: losses, gradients, parameters, statistics, moments,
// evaluations, whatever the number of ranks and of threads of each.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "intaglio/train/program/in_process_ranks.hpp"
#include "support/run_bits.hpp"

namespace ranks_test {

namespace {

using namespace intaglio;
using tools::Bits;

/// Calls body(training) on each of `size` ranks, with a training of its own of the same batch and seed; returns what
/// each gives. One rank has no communicator.
template <class Net, class Body>
std::vector<Bits> on_ranks(int size, std::int64_t batch, int threads, const Body& body) {
    std::vector<Bits> results(static_cast<std::size_t>(size));
    if (size == 1) {
        Training<Net> training(batch, threads, 5);
        results[0] = body(training);
        return results;
    }
    InProcessRanks ranks(size);
    ranks.run([&](InProcessRanks::Rank& rank) {
        Training<Net> training(batch, threads, 5, rank);
        results[static_cast<std::size_t>(rank.rank())] = body(training);
    });
    return results;
}

/// Whether 2, 4 and 8 ranks give the bits of one, each of them.
template <class Net, class Body>
void check_ranks(std::int64_t batch, const Body& body) {
    const Bits one = on_ranks<Net>(1, batch, 1, body)[0];
    REQUIRE(!one.empty());
    for (const int size : {2, 4, 8}) {
        INFO("batch " << batch << ", " << size << " ranks");
        for (const Bits& bits : on_ranks<Net>(size, batch, size == 2 ? 2 : 1, body)) CHECK((bits == one));
    }
}

const tools::Stripes data(107, 8, 8, 2, 3);

/// Loses a pixel.
void lose_one(std::span<std::uint8_t> image, Random& random) {
    image[random.below(static_cast<std::uint32_t>(image.size()))] = 0;
}

}  // namespace

TEST_CASE_TEMPLATE("ranks train the parameters of one", Net, tools::IntegerNet, tools::RealNet, tools::SampleNet,
                   tools::TrainedNet) {
    // The batch is no multiple of the groups, and the last one of an epoch has 7 images.
    TrainerOptions<Adam> options;
    options.batch = 20;
    options.epochs = 3;
    options.seed = 5;
    check_ranks<Net>(
        20, [&](Training<Net>& training) { return tools::run_bits<Net>(training, data.samples(), options, 14); });
}

TEST_CASE("with momentum, clipped gradients, weighted classes and augmentation") {
    using Net = tools::IntegerNet;
    TrainerOptions<MomentumSgd> options;
    options.batch = 24;
    options.epochs = 2;
    options.clip_norm = 2;
    options.clip_value = 0.5;
    options.loss = CrossEntropyAndSquares{
        .label_smoothing = 0.1, .class_weights = {1, 2, 3}, .squared_error = SquaredError::probabilities};
    options.augment = lose_one;
    check_ranks<Net>(
        30, [&](Training<Net>& training) { return tools::run_bits<Net>(training, data.samples(), options, 7); });
}

TEST_CASE("batches smaller than the number of groups, of which some ranks have nothing") {
    using Net = tools::IntegerNet;
    for (std::int64_t batch = 1; batch <= train::sample_groups + 1; ++batch) {
        const tools::Stripes few(2 * batch + 1, 8, 8, 2, 3);
        TrainerOptions<Adam> options;
        options.batch = batch;
        options.epochs = 2;
        check_ranks<Net>(
            batch, [&](Training<Net>& training) { return tools::run_bits<Net>(training, few.samples(), options, 4); });
    }
    check_ranks<tools::SampleNet>(3, [&](Training<tools::SampleNet>& training) {
        return tools::run_bits<tools::SampleNet>(training, tools::Stripes(7, 8, 8, 2, 3).samples(),
                                                 TrainerOptions<Adam>{.epochs = 2, .batch = 3}, 4);
    });
}

TEST_CASE("a whole run: distillation, validation, early stopping, weight average, and all that a checkpoint keeps") {
    using Net = tools::IntegerNet;
    const tools::Stripes other(45, 8, 8, 2, 3);
    check_ranks<Net>(20, [&](Training<Net>& training) {
        // Its logits are those of its own images alone, so that the teacher needs no ranks.
        Training<tools::RealNet> teacher(20, 1, 9);
        TrainerOptions<Adam> options;
        options.batch = 20;
        options.epochs = 4;
        options.validation = other.samples();
        options.early_stopping = {.patience = 1, .metric = StoppingMetric::loss};
        options.average = {.decay = 0.9, .start = 3};
        options.distillation = {.teacher = teacher_logits(teacher), .share = 0.5, .temperature = 2};
        Trainer<Net> trainer(training, data.samples(), options);
        struct Observer {
            Bits bits;
            bool batch(const EpochMetrics& metrics) {
                tools::add_bits(bits, std::vector<double>{metrics.loss, metrics.accuracy});
                return true;
            }
            void epoch(const EpochMetrics& metrics) {
                tools::add_bits(bits, std::vector<double>{metrics.validation_loss, metrics.validation_accuracy});
                bits.push_back(metrics.best ? 1 : 0);
            }
        } observer;
        trainer.fit(observer);
        for (const train::NamedNumbers& numbers : trainer.state()) {
            std::visit([&](const auto& values) { tools::add_bits(observer.bits, values); }, numbers.values);
        }
        for (const std::int64_t part : trainer.position()) observer.bits.push_back(static_cast<std::uint64_t>(part));
        observer.bits.push_back(static_cast<std::uint64_t>(trainer.best_epoch()));
        return observer.bits;
    });
}

TEST_CASE("a run of one rank goes on with several, and the other way round") {
    using Net = tools::IntegerNet;
    using Kept = std::vector<std::vector<double>>;
    const auto run = [&](int size, const Kept& from, std::array<std::int64_t, 4>& position, int steps) {
        Kept kept;
        on_ranks<Net>(size, 20, 1, [&](Training<Net>& training) {
            Trainer<Net> trainer(training, data.samples(), {.epochs = 3, .batch = 20});
            const std::vector<train::NamedNumbers> state = trainer.state();
            for (std::size_t i = 0; i < from.size(); ++i) {
                std::visit([&](auto values) { std::copy(from[i].begin(), from[i].end(), values.begin()); },
                           state[i].values);
            }
            if (!from.empty()) trainer.set_position(position);
            for (int i = 0; i < steps; ++i) trainer.train_batch();
            if (training.ranks().rank() == 0) {
                for (const train::NamedNumbers& numbers : state) {
                    std::visit([&](auto values) { kept.emplace_back(values.begin(), values.end()); }, numbers.values);
                }
            }
            return Bits{static_cast<std::uint64_t>(training.ranks().rank() == 0 ? trainer.position()[2] : 0)};
        });
        position = {(position[2] + steps) / 6, (position[2] + steps) % 6, position[2] + steps, 0};
        return kept;
    };
    // `correct`, the last of the position, is a metric alone.
    std::array<std::int64_t, 4> start{};
    const Kept expected = run(1, {}, start, 10);
    for (const int first : {1, 4}) {
        for (const int second : {2, 1, 8}) {
            std::array<std::int64_t, 4> position{};
            const Kept half = run(first, {}, position, 4);
            CHECK((run(second, half, position, 6) == expected));
        }
    }
}

TEST_CASE("an observer on one rank stops all of them") {
    using Net = tools::IntegerNet;
    const std::vector<Bits> steps = on_ranks<Net>(4, 20, 1, [&](Training<Net>& training) {
        Trainer<Net> trainer(training, data.samples(), {.epochs = 3, .batch = 20});
        struct Observer {
            int rank;
            int batches = 0;
            bool batch(const EpochMetrics&) { return ++batches < 4 || rank != 2; }
            static void epoch(const EpochMetrics&) {}
        } observer{training.ranks().rank()};
        trainer.fit(observer);
        return Bits{static_cast<std::uint64_t>(trainer.position()[2])};
    });
    for (const Bits& bits : steps) CHECK((bits == Bits{4}));
}

TEST_CASE("trained quantisers begin with what the whole batch says") {
    using Net = tools::TrainedNet;
    check_ranks<Net>(20, [](Training<Net>& training) {
        const std::vector<float> before(training.parameters().begin(), training.parameters().end());
        training.initialize_quantizers(data.pixels.data(), 13);
        CHECK(!std::ranges::equal(before, training.parameters()));
        Bits bits;
        tools::add_bits(bits, training.parameters());
        return bits;
    });
}

TEST_CASE("a loop of one's own, and images that one rank runs alone") {
    using Net = tools::IntegerNet;
    constexpr std::int64_t size = Training<Net>::pixels;
    check_ranks<Net>(16, [&](Training<Net>& training) {
        Bits bits;
        for (const std::int64_t count : {16, 11, 3}) {
            const train::BatchPart part = training.part(count);
            training.forward(data.pixels.data() + part.first * size, part, train::Statistics::batch);
            CHECK(training.last_part() == part);
            CHECK(training.logits().size() == static_cast<std::size_t>(3 * part.count));
            for (train::Gradient& g : training.logit_gradient()) g = 0.125F;
            training.backward();
            tools::add_bits(bits, training.gradients());
        }
        // The same images on every rank, without the others.
        training.forward(data.pixels.data(), 2, train::Statistics::running);
        tools::add_bits(bits, training.float_logits());
        return bits;
    });
}

TEST_CASE("passes that ranks cannot make are refused") {
    using Net = tools::IntegerNet;
    on_ranks<Net>(2, 16, 1, [&](Training<Net>& training) {
        CHECK(training.capacity() == 16);
        CHECK(training.own_capacity() == 8);
        const auto* images = data.pixels.data();
        CHECK_THROWS_WITH_AS(training.forward(images, 8, train::Statistics::batch),
                             "a batch of 8 images is shared out among 2 ranks: each runs its part",
                             std::invalid_argument);
        CHECK_THROWS_WITH_AS(training.forward(images, 9, train::Statistics::running),
                             "number of images in a batch: expected 1 to 8, found 9", std::invalid_argument);
        CHECK_THROWS_WITH_AS(training.forward(images, training.part(17), train::Statistics::batch),
                             "number of images in a batch: expected 1 to 16, found 17", std::invalid_argument);
        training.forward(images, 8, train::Statistics::running);
        CHECK_THROWS_WITH_AS(training.backward(), doctest::Contains("was not one of all ranks"), std::logic_error);
        return Bits{};
    });
}

TEST_CASE("ranks that do not begin alike are refused, all of them") {
    using Net = tools::IntegerNet;
    std::atomic<int> refused{0};
    const auto check = [&](const char* message, std::int64_t batch, bool other_parameters) {
        on_ranks<Net>(4, 20, 1, [&](Training<Net>& training) {
            const bool other = training.ranks().rank() == 2;
            if (other && other_parameters) training.parameters()[7] += 1;
            CHECK_THROWS_WITH_AS((Trainer<Net>(training, data.samples(), {.batch = other ? batch : 20})), message,
                                 std::invalid_argument);
            ++refused;
            return Bits{};
        });
    };
    check("number of samples, batch, epochs or seed of rank 2 differ from rank 0's", 19, false);
    check("parameters of rank 2 differ from rank 0's", 20, true);
    CHECK(refused == 8);
}

TEST_CASE("what one rank throws ends the others, and comes out") {
    using Net = tools::IntegerNet;
    std::atomic<int> ended{0};
    const auto fail = [&] {
        on_ranks<Net>(4, 20, 1, [&](Training<Net>& training) {
            struct Ended {
                std::atomic<int>& count;
                ~Ended() { ++count; }
            } one{ended};
            TrainerOptions<Adam> options;
            options.batch = 20;
            options.augment = [&](std::span<std::uint8_t>, Random&) {
                if (training.ranks().rank() == 3) throw std::runtime_error("an image that cannot be read");
            };
            Trainer<Net>(training, data.samples(), options).fit();
            return Bits{};
        });
    };
    CHECK_THROWS_WITH_AS(fail(), "an image that cannot be read", std::runtime_error);
    CHECK(ended == 4);
}

}  // namespace ranks_test
