// Dropout under the trainer: what is dropped follows from the seed and the step alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <intaglio/train/lowering.hpp>
#include <intaglio/train/trainer.hpp>
#include <variant>
#include <vector>

namespace dropout_training_test {

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 6, 6>, Defaults<QInt<3>, Lbn, Act<M_a{4}>>, Conv<Out<8>>, Dropout<Rate{0.25}>,
                     Conv<Out<8>>, AvgPool<2>, Dropout<>, Classifier<Out<3>>> {};

struct Data {
    Data() {
        Random random(5, 9);
        for (std::size_t i = 0; i < 60; ++i) {
            labels.push_back(static_cast<std::uint8_t>(random.below(3)));
            for (int p = 0; p < 36; ++p) pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
        }
    }
    [[nodiscard]] Samples samples() const { return {pixels, labels}; }
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
};

const Trainer<Net>::Options options{.optimizer = {.learning_rate = 0.01}, .epochs = 3, .batch = 20};

std::vector<float> parameters(const Training<Net>& training) {
    return {training.parameters().begin(), training.parameters().end()};
}

std::vector<float> trained(int threads, std::uint64_t seed = 1) {
    const Data data;
    Training<Net> training(20, threads, seed);
    Trainer<Net> trainer(training, data.samples(), options);
    trainer.fit();
    return parameters(training);
}

}  // namespace

TEST_CASE("dropout gives the same parameters on any number of threads, and others for another seed") {
    const std::vector<float> one = trained(1);
    CHECK(one == trained(2));
    CHECK(one == trained(3));
    CHECK(one != trained(1, 2));
}

TEST_CASE("a run with dropout goes on from any step as if it had never stopped") {
    const Data data;
    const std::vector<float> whole = trained(1);
    for (const std::int64_t stop : {1, 4, 5}) {
        Training<Net> first(20);
        Trainer<Net> before(first, data.samples(), options);
        for (std::int64_t i = 0; i < stop; ++i) before.train_batch();

        Training<Net> second(20);
        Trainer<Net> after(second, data.samples(), options);
        const auto from = before.state();
        const auto to = after.state();
        REQUIRE(from.size() == to.size());
        for (std::size_t i = 0; i < from.size(); ++i) {
            std::visit(
                [&](auto numbers) {
                    const auto source = std::get<decltype(numbers)>(from[i].values);
                    std::copy(source.begin(), source.end(), numbers.begin());
                },
                to[i].values);
        }
        after.set_position(before.position());
        after.fit();
        CHECK(parameters(second) == whole);
    }
}

TEST_CASE("the integer program drops nothing") {
    const Data data;
    Training<Net> training(20);
    Trainer<Net> trainer(training, data.samples(), options);
    trainer.fit();
    trainer.reestimate_statistics();
    const IntegerNetwork<Net> network = lower(training);
    CHECK(certify(training, network).proven());
    const auto scratch = network.make_scratch();
    const Evaluation evaluation = evaluate(training, data.samples());
    for (std::size_t i = 0; i < data.labels.size(); ++i) {
        CHECK(network.predict(data.pixels.data() + 36 * i, *scratch) == evaluation.predictions[i]);
    }
}

}  // namespace dropout_training_test
