// Labels of every integer type: the same training, evaluation and counts whatever holds them, and words for what is no
// class.
#include "intaglio/host/labels.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/data/dataset.hpp"
#include "intaglio/io/sample_comparison.hpp"
#include "intaglio/io/training_checkpoint.hpp"
#include "intaglio/tandem/convert.hpp"
#include "intaglio/train/loop/metrics.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/training_tools.hpp"

namespace labels_test {

using namespace intaglio;

namespace {

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>, BatchNorm>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                     Classifier<QInt<8>, Out<4>>> {};
struct Student : BnFree<Net, Scale::LayerBias> {};
struct Wide : Network<Features<16>, Defaults<QInt<8>, Lbn, Act<M_a{4}>>, Dense<Out<8>>, Classifier<Out<300>>> {};

const tools::Stripes& data() {
    static const tools::Stripes all(60, 8, 8, 1, 4);
    return all;
}

/// Everything that reads labels, by labels of another type: what comes of it.
template <class Label>
std::vector<double> results_with(const std::vector<Label>& labels) {
    const std::vector<std::uint8_t>& pixels = data().pixels;
    Training<Net> training(20);
    Trainer<Net> trainer(training, {pixels, labels}, {.epochs = 2, .validation = {pixels, labels}});
    trainer.fit();
    trainer.reestimate_statistics();
    const EpochMetrics& metrics = trainer.validate();
    std::vector<double> results(training.parameters().begin(), training.parameters().end());
    results.push_back(metrics.validation_loss);
    results.push_back(metrics.validation_accuracy);

    const Evaluation evaluation = evaluate(training, {pixels, labels});
    results.push_back(evaluation.loss);
    results.push_back(static_cast<double>(evaluation.correct));
    results.push_back(static_cast<double>(evaluation.float_correct));
    const ConfusionMatrix confusion(4, labels, evaluation.predictions);
    for (int label = 0; label < 4; ++label) {
        for (int c = 0; c < 4; ++c) results.push_back(static_cast<double>(confusion.count(label, c)));
    }
    const SampleComparison comparison =
        compare_on_samples(training, IntegerNetwork<Net>(lower(training)), {pixels, labels});
    results.push_back(static_cast<double>(comparison.integer_correct));

    tandem::Options options;
    options.stage1 = {.samples = 60, .minimum = 2};
    options.stage2.epochs = 1;
    options.batch = 20;
    const auto converted = tandem::convert<Student>(training, {pixels, labels}, {pixels, labels}, options);
    results.insert(results.end(), converted.student->parameters().begin(), converted.student->parameters().end());
    return results;
}

template <class Label>
std::vector<Label> as() {
    return {data().labels.begin(), data().labels.end()};
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

TEST_CASE("labels of any integer type are the same labels") {
    const std::vector<double> expected = results_with(data().labels);
    CHECK((results_with(as<std::int8_t>()) == expected));
    CHECK((results_with(as<char>()) == expected));
    CHECK((results_with(as<std::int16_t>()) == expected));
    CHECK((results_with(as<std::uint16_t>()) == expected));
    CHECK((results_with(as<int>()) == expected));
    CHECK((results_with(as<std::uint32_t>()) == expected));
    CHECK((results_with(as<std::int64_t>()) == expected));
    CHECK((results_with(as<long long>()) == expected));
    CHECK((results_with(as<std::uint64_t>()) == expected));
}

TEST_CASE("a view of labels refers to vectors, arrays and spans, and copies nothing") {
    std::array<std::int16_t, 4> array{3, -2, 1, 32767};
    const std::uint32_t plain[] = {7, 0xffffffffU};
    const Labels labels = array;
    REQUIRE(labels.size() == 4);
    CHECK(labels[1] == -2);
    CHECK(labels[3] == 32767);
    array[1] = 5;
    CHECK(labels[1] == 5);
    CHECK(Labels(std::span(array).first(2)).size() == 2);
    CHECK(Labels(plain)[1] == 4294967295);
    const Labels part = labels.subspan(1, 2);
    CHECK(part.size() == 2);
    CHECK(part[0] == 5);
    CHECK(part[1] == 1);
    CHECK(labels.first(1)[0] == 3);
    CHECK(Labels().empty());
    CHECK(Labels(std::vector<int>{}).empty());
    const std::vector<std::uint64_t> large{std::numeric_limits<std::uint64_t>::max()};
    CHECK(Labels(large).text(0) == "18446744073709551615");
    CHECK(labels.text(0) == "3");

    CHECK(std::is_convertible_v<std::vector<unsigned char>, Labels>);
    CHECK(std::is_convertible_v<std::array<long, 3>, Labels>);
    CHECK(!std::is_convertible_v<std::vector<float>, Labels>);
    CHECK(!std::is_convertible_v<std::vector<bool>, Labels>);
    CHECK(!std::is_convertible_v<int, Labels>);
}

TEST_CASE("a label that is no class is named with its sample and the number of classes") {
    const std::vector<std::uint8_t>& pixels = data().pixels;
    Training<Net> training(20);
    const auto of_trainer = [&](const Labels& labels) {
        return refusal([&] { Trainer<Net>(training, {pixels, labels}, {}); });
    };
    std::vector<int> labels = as<int>();
    labels[9] = -1;
    CHECK(of_trainer(labels) == "training samples: label -1 of image 9 is none of the 4 classes, 0 to 3");
    labels[9] = 256 + 2;
    CHECK(of_trainer(labels) == "training samples: label 258 of image 9 is none of the 4 classes, 0 to 3");
    std::vector<std::uint64_t> large = as<std::uint64_t>();
    large[59] = std::numeric_limits<std::uint64_t>::max();
    CHECK(of_trainer(large) ==
          "training samples: label 18446744073709551615 of image 59 is none of the 4 classes, 0 to 3");
    CHECK(refusal([&] {
              Trainer<Net>(training, data().samples(), {.validation = {pixels, labels}});
          }) == "validation samples: label 258 of image 9 is none of the 4 classes, 0 to 3");
    CHECK(refusal([&] {
              (void)evaluate(training, {pixels, labels});
          }) == "evaluation samples: label 258 of image 9 is none of the 4 classes, 0 to 3");
    CHECK(refusal([&] {
              tandem::Conversion<Student, Net>(training, {pixels, labels}, data().samples(),
                                               {.stage1 = {.minimum = 2}, .batch = 20});
          }) == "training samples: label 258 of image 9 is none of the 4 classes, 0 to 3");
    const std::vector<std::int32_t> predictions(60);
    CHECK(refusal([&] { ConfusionMatrix(4, labels, predictions); }) ==
          "confusion matrix: label 258 of image 9 is none of the 4 classes, 0 to 3");
    CHECK(refusal([&] {
              (void)make_dataset(Shape{8, 8, 1}, 4, pixels, labels, {}, "mine");
          }) == "data set 'mine': label 258 of image 9 is none of the 4 classes, 0 to 3");
}

TEST_CASE("300 classes: labels of 16 bits train all of them, labels of 8 bits are refused") {
    std::vector<std::uint8_t> pixels(16 * 600);
    std::vector<std::uint16_t> labels;
    std::vector<std::uint8_t> narrow;
    for (unsigned i = 0; i < 600; ++i) {
        labels.push_back(static_cast<std::uint16_t>(i % 300));
        narrow.push_back(static_cast<std::uint8_t>(i % 300));
        for (unsigned bit = 0; bit < 16; ++bit) pixels[16 * i + bit] = (i % 300 * 7 >> bit) % 2 == 1 ? 255 : 0;
    }
    const std::string words = "labels of 8 bits end at 255, but there are 300 classes, 0 to 299";
    Training<Wide> training(100);
    CHECK(refusal([&] { Trainer<Wide>(training, {pixels, narrow}, {}); }) == "training samples: " + words);
    CHECK(refusal([&] { (void)evaluate(training, {pixels, narrow}); }) == "evaluation samples: " + words);
    CHECK(refusal([&] {
              (void)make_dataset(Shape{1, 1, 16}, 300, pixels, narrow);
          }) == "data set 'data set': " + words);
    CHECK(refusal([&] { Labels(std::vector<std::int8_t>{1}).check(129, "some"); }) ==
          "some: labels of 8 bits end at 127, but there are 129 classes, 0 to 128");
    CHECK_NOTHROW(Labels(std::vector<std::int8_t>{127}).check(128, "some"));
    CHECK_NOTHROW(Labels(std::vector<std::uint8_t>{255}).check(256, "some"));

    const auto whole = make_dataset(Shape{1, 1, 16}, 300, pixels, labels);
    CHECK((std::is_same_v<decltype(whole), const BasicDataset<std::uint8_t, std::uint16_t>>));
    CHECK(whole.class_counts() == std::vector<std::size_t>(300, 2));
    const auto [train, validation] = whole.random_split({.validation = 300, .stratified = true});
    CHECK(validation.class_counts() == std::vector<std::size_t>(300, 1));
    CHECK(concatenate(train, validation).labels.size() == 600);

    // The label decides which logit the gradient pulls up: that of the class itself, not of its lowest byte.
    Trainer<Wide> trainer(training, {whole.pixels, whole.labels}, {.loss = CrossEntropyAndSquares{.gamma = 0}});
    trainer.train_batch();
    training.forward(pixels.data() + 16 * 280, 20, train::Statistics::batch);
    const Labels last = Labels(labels).subspan(280, 20);
    CrossEntropyAndSquares{.gamma = 0}(training.float_logits(), last, 300, training.logit_gradient());
    for (std::size_t i = 0; i < 20; ++i) {
        for (std::size_t c = 0; c < 300; ++c) {
            CHECK((training.logit_gradient()[300 * i + c] < 0) == (c == 280 + i));
        }
    }
    const Evaluation result = evaluate(training, {whole.pixels, whole.labels});
    ConfusionMatrix confusion(300, whole.labels, result.predictions);
    CHECK(confusion.total() == 600);
    CHECK(confusion.labelled(299) == 2);
    CHECK(confusion.correct() == result.correct);
    CHECK(confusion.recall(299) >= 0);
}

}  // namespace labels_test
