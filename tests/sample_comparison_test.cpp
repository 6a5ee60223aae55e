// The comparison of both programs on a data set: no difference where there is none, and each one where there is.
#include "intaglio/io/sample_comparison.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>

#include "intaglio/simd/simd.hpp"
#include "support/training_tools.hpp"

namespace sample_comparison_test {

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 4, 4>, Defaults<QInt<4>, Act<M_a{4}>>, Conv<Out<8>>, Conv<Out<8>>, Classifier<Out<3>>> {};

constexpr std::int64_t images = 20;

}  // namespace

TEST_CASE_TEMPLATE("samples compared: equal programs, then one with other weights in one layer", Set, simd::Portable,
                   simd::Native) {
    std::mt19937 random(8);
    Training<Net> training(6, 2);
    const tools::Stripes data(images, 4, 4, 1, 3);
    tools::randomize_parameters(training, random, tools::Biases::moderate);
    training.forward(data.pixels.data(), 6, train::Statistics::batch);
    tools::randomize_running_statistics(training, random);
    IntegerNetwork<Net, Set> network = lower(training);

    const SampleComparison same = compare_on_samples(training, network, data.samples());
    CHECK(same.differing_images == 0);
    CHECK(same.training_hashes == same.integer_hashes);
    CHECK(same.training_hashes.size() == static_cast<std::size_t>(facts<Net>.value_count));
    CHECK(same.integer_seconds > 0);
    const auto correct_of = [&] {
        const auto scratch = network.make_scratch();
        std::int64_t correct = 0;
        for (std::int64_t i = 0; i < images; ++i) {
            const std::int32_t found = network.program().predict(data.pixels.data() + i * 16, *scratch);
            correct += found == data.labels[static_cast<std::size_t>(i)] ? 1 : 0;
        }
        return correct;
    };
    CHECK(same.evaluation.images == images);
    CHECK(same.evaluation.correct == correct_of());
    CHECK(same.integer_correct == correct_of());
    CHECK(same.integer_accuracy() == same.evaluation.accuracy());

    // The second layer with weights of zeros: what lies in front of it stays as it was.
    std::size_t changed_row = 0;
    for (std::size_t row = 0, products = 0; row < Training<Net>::rows; ++row) {
        if (facts<Net>.rows[row].weights > 0 && ++products == 2) changed_row = row;
    }
    REQUIRE(changed_row > 0);
    Model<Net> changed = lower(training);
    std::fill(changed.rows[changed_row].weights.begin(), changed.rows[changed_row].weights.end(), std::int8_t{0});
    network = IntegerNetwork<Net, Set>(changed);
    const SampleComparison other = compare_on_samples(training, network, data.samples());
    CHECK(other.evaluation.correct == same.evaluation.correct);
    CHECK(other.training_hashes == same.training_hashes);
    CHECK(other.differing_images > images / 2);
    CHECK(other.differing_images <= images);
    // Codes differ also where the prediction is the same by chance.
    std::int64_t other_predictions = 0;
    const auto scratch = network.make_scratch();
    for (std::int64_t i = 0; i < images; ++i) {
        const std::int32_t found = network.program().predict(data.pixels.data() + i * 16, *scratch);
        other_predictions += found == other.evaluation.predictions[static_cast<std::size_t>(i)] ? 0 : 1;
    }
    CHECK(other_predictions < images);
    CHECK(other.differing_images > other_predictions);
    CHECK(other.integer_correct == correct_of());
    const auto first = static_cast<std::size_t>(facts<Net>.rows[changed_row].input);
    CHECK(std::equal(other.integer_hashes.begin(),
                     other.integer_hashes.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                     same.integer_hashes.begin()));
    CHECK(other.integer_hashes != same.integer_hashes);
}

TEST_CASE("samples compared: samples of another size are refused") {
    Training<Net> training(2, 1);
    const tools::Stripes larger(4, 5, 5, 1, 3);
    const IntegerNetwork<Net> network = lower(training);
    CHECK_THROWS_WITH_AS(compare_on_samples(training, network, larger.samples()),
                         doctest::Contains("expected 64 pixels for 4 labels and images of 16, found 100"),
                         std::invalid_argument);
}

}  // namespace sample_comparison_test
