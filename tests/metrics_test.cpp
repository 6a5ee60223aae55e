// Confusion matrices against counts made by hand, and their table.
#include "intaglio/train/loop/metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/report/confusion_table.hpp"

namespace metrics_test {

using namespace intaglio;

namespace {

// Four classes, of which 3 neither occurs nor is predicted, and 2 is never predicted.
const std::vector<std::uint8_t> labels{0, 0, 0, 1, 1, 2, 0, 1};
const std::vector<std::int32_t> predictions{0, 0, 1, 1, 1, 0, 0, 0};

}  // namespace

TEST_CASE("a confusion matrix counts labels and predictions") {
    const ConfusionMatrix matrix(4, labels, predictions);
    const std::int64_t expected[4][4] = {{3, 1, 0, 0}, {1, 2, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 0}};
    for (std::int32_t label = 0; label < 4; ++label) {
        for (std::int32_t c = 0; c < 4; ++c) CHECK(matrix.count(label, c) == expected[label][c]);
    }
    CHECK(matrix.classes() == 4);
    CHECK(matrix.total() == 8);
    CHECK(matrix.correct() == 5);
    CHECK(matrix.accuracy() == 5.0 / 8);
    CHECK(matrix.labelled(0) == 4);
    CHECK(matrix.predicted(0) == 5);
    CHECK(matrix.recall(0) == 3.0 / 4);
    CHECK(matrix.recall(1) == 2.0 / 3);
    CHECK(matrix.recall(2) == 0.0);
    CHECK(std::isnan(matrix.recall(3)));
    CHECK(matrix.precision(0) == 3.0 / 5);
    CHECK(matrix.precision(1) == 2.0 / 3);
    CHECK(std::isnan(matrix.precision(2)));
    CHECK(matrix.balanced_accuracy() == doctest::Approx((3.0 / 4 + 2.0 / 3 + 0) / 3).epsilon(1e-15));
    CHECK(std::isnan(ConfusionMatrix(2).accuracy()));
    CHECK(std::isnan(ConfusionMatrix(2).balanced_accuracy()));
}

TEST_CASE("what is no class is refused") {
    ConfusionMatrix matrix(3);
    CHECK_THROWS_WITH_AS(matrix.add(3, 0), "confusion matrix: expected classes 0 to 2, found 3", std::invalid_argument);
    CHECK_THROWS_WITH_AS(matrix.add(0, -1), "confusion matrix: expected classes 0 to 2, found -1",
                         std::invalid_argument);
    CHECK(matrix.total() == 0);
    CHECK_THROWS_AS(ConfusionMatrix(0), std::invalid_argument);
    CHECK_THROWS_WITH_AS(ConfusionMatrix(256, std::vector<std::int8_t>{1}, predictions),
                         "confusion matrix: 1 labels for 8 predictions", std::invalid_argument);
    CHECK_THROWS_WITH_AS(ConfusionMatrix(4, labels, std::span(predictions).first(7)),
                         "confusion matrix: 8 labels for 7 predictions", std::invalid_argument);
}

TEST_CASE("a confusion matrix as a table") {
    const ConfusionMatrix matrix(4, labels, predictions);
    const std::vector<std::string> names{"coat", "bag", "boot", "hat"};
    std::ostringstream text;
    confusion_table(matrix, names).print(text);
    CHECK(text.str() ==
          "label      coat   bag  boot  hat  recall\n"
          "----------------------------------------\n"
          "coat          3     1     0    0    75.0\n"
          "bag           1     2     0    0    66.7\n"
          "boot          1     0     0    0     0.0\n"
          "hat           0     0     0    0       -\n"
          "----------------------------------------\n"
          "precision  60.0  66.7     -    -    62.5\n");
    std::ostringstream numbered;
    confusion_table(matrix).print_markdown(numbered);
    CHECK(numbered.str().find("| 2         |") != std::string::npos);
    CHECK_THROWS_AS((void)confusion_table(matrix, std::span(names).first(3)), std::invalid_argument);
}

}  // namespace metrics_test
