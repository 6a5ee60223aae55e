// The loss with its options: values by hand, gradients by finite differences in double precision.
#include "intaglio/train/loop/loss.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "intaglio/train/loop/distillation.hpp"

namespace loss_test {

using namespace intaglio;

namespace {

using Vector = std::vector<double>;

const std::vector<std::uint8_t> labels{0, 2, 1, 2, 2};
constexpr std::int32_t classes = 3;

Vector random_vector(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0, 2);
    Vector v(size);
    for (double& x : v) x = normal(random);
    return v;
}

double loss_of(const Vector& logits, const CrossEntropyAndSquares& loss, Vector& gradient) {
    return loss(std::span<const double>(logits), labels, classes, std::span<double>(gradient));
}
/// The usual one, with other labels.
double loss_with(const Vector& logits, const Labels& others, Vector& gradient) {
    return CrossEntropyAndSquares{}(std::span<const double>(logits), others, classes, std::span<double>(gradient));
}
double loss_of(const Vector& logits, const CrossEntropyAndSquares& loss) {
    Vector unused(logits.size());
    return loss_of(logits, loss, unused);
}

// Central differences: their error is h^2 times a third derivative, and rounding 1e-16 / h.
void check_gradient(const std::function<double(const Vector&)>& f, const Vector& at, const Vector& gradient) {
    constexpr double h = 1e-5;
    for (std::size_t i = 0; i < at.size(); ++i) {
        CAPTURE(i);
        Vector up = at;
        Vector down = at;
        up[i] += h;
        down[i] -= h;
        CHECK(std::fabs((f(up) - f(down)) / (2 * h) - gradient[i]) < 1e-9);
    }
}

Vector softmax(const double* z, double temperature) {
    Vector p(classes);
    double sum = 0;
    for (std::size_t c = 0; c < p.size(); ++c) sum += p[c] = std::exp(z[c] / temperature);
    for (double& x : p) x /= sum;
    return p;
}

}  // namespace

TEST_CASE("the loss with all options against its definition") {
    const Vector logits = random_vector(15, 1);
    const Vector weights{0.5, 2, 1.25};
    for (const double gamma : {0.0, 0.3, 1.0}) {
        for (const double smoothing : {0.0, 0.1, 1.0}) {
            for (const SquaredError squared : {SquaredError::logits, SquaredError::probabilities}) {
                for (const bool weighted : {false, true}) {
                    CrossEntropyAndSquares loss{.gamma = gamma, .label_smoothing = smoothing, .squared_error = squared};
                    if (weighted) loss.class_weights = weights;
                    double sum = 0;
                    double total = 0;
                    for (std::size_t i = 0; i < labels.size(); ++i) {
                        const double* z = logits.data() + 3 * i;
                        const Vector p = softmax(z, 1);
                        const double weight = weighted ? weights[labels[i]] : 1;
                        total += weight;
                        for (std::size_t c = 0; c < 3; ++c) {
                            const double hot = c == labels[i] ? 1 : 0;
                            const double target = (1 - smoothing) * hot + smoothing / 3;
                            const double error = (squared == SquaredError::logits ? z[c] : p[c]) - hot;
                            sum += weight * (-(1 - gamma) * target * std::log(p[c]) + gamma * error * error / 3);
                        }
                    }
                    CHECK(loss_of(logits, loss) == doctest::Approx(sum / total).epsilon(1e-13));

                    Vector gradient(logits.size());
                    loss_of(logits, loss, gradient);
                    check_gradient([&](const Vector& z) { return loss_of(z, loss); }, logits, gradient);
                }
            }
        }
    }
}

TEST_CASE("values of the loss by hand") {
    // Even logits: each probability is a third.
    const Vector even(15, 0.0);
    CHECK(loss_of(even, CrossEntropyAndSquares{.gamma = 0}) == doctest::Approx(std::log(3.0)).epsilon(1e-15));
    CHECK(loss_of(even, CrossEntropyAndSquares{.gamma = 0, .label_smoothing = 0.3}) ==
          doctest::Approx(std::log(3.0)).epsilon(1e-15));
    CHECK(loss_of(even, CrossEntropyAndSquares{.gamma = 1}) == doctest::Approx(1.0 / 3).epsilon(1e-15));
    CHECK(loss_of(even, CrossEntropyAndSquares{.gamma = 1, .squared_error = SquaredError::probabilities}) ==
          doctest::Approx((4.0 / 9 + 1.0 / 9 + 1.0 / 9) / 3).epsilon(1e-15));
    // Equal class weights are no weights, whatever their size.
    const Vector logits = random_vector(15, 2);
    CHECK(loss_of(logits, CrossEntropyAndSquares{.gamma = 0.2, .class_weights = {4, 4, 4}}) ==
          loss_of(logits, CrossEntropyAndSquares{.gamma = 0.2}));
    // A trainer that is told nothing takes the loss of P2.9, bit for bit.
    const std::vector<float> single(logits.begin(), logits.end());
    std::vector<float> gradient(15);
    std::vector<float> plain(15);
    const double loss = AnyLoss{}(single, labels, classes, gradient);
    CHECK(loss == CrossEntropyAndSquares{}(std::span<const float>(single), labels, classes, std::span<float>(plain)));
    CHECK((gradient == plain));
}

TEST_CASE("distillation against its definition") {
    const Vector logits = random_vector(15, 3);
    const Vector teacher = random_vector(15, 4);
    for (const double share : {0.0, 0.25, 1.0}) {
        for (const double t : {1.0, 4.0, 0.5}) {
            const auto distilled = [&](const Vector& z, Vector& gradient) {
                const double own = loss_of(z, CrossEntropyAndSquares{}, gradient);
                return train::distil<double>(z, teacher, classes, share, t, own, gradient);
            };
            double divergence = 0;
            for (std::size_t i = 0; i < 5; ++i) {
                const Vector p = softmax(teacher.data() + 3 * i, t);
                const Vector q = softmax(logits.data() + 3 * i, t);
                for (std::size_t c = 0; c < 3; ++c) divergence += p[c] * std::log(p[c] / q[c]) / 5;
            }
            Vector gradient(15);
            const double expected =
                (1 - share) * loss_of(logits, CrossEntropyAndSquares{}) + share * t * t * divergence;
            CHECK(distilled(logits, gradient) == doctest::Approx(expected).epsilon(1e-12));
            check_gradient(
                [&](const Vector& z) {
                    Vector unused(15);
                    return distilled(z, unused);
                },
                logits, gradient);
        }
    }
    // A student that says what its teacher says has nothing left to learn from it.
    Vector gradient(15, 1.0);
    CHECK(train::distil<double>(logits, logits, classes, 1.0, 2.0, 7.0, gradient) == 0.0);
    CHECK((gradient == Vector(15, 0.0)));
}

TEST_CASE("losses of logits that are wrong") {
    Vector gradient(3);
    const std::uint8_t label[] = {1};
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(loss_with(Vector{0, nan, 0}, label, gradient), doctest::Contains("not finite"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(train::distil<double>(Vector{0, 1, 0}, Vector{0, nan, 0}, 3, 0.5, 1.0, 1.0, gradient),
                         doctest::Contains("not finite"), std::runtime_error);
    CHECK_THROWS_WITH_AS(train::distil<double>(Vector{0, 1, 0}, Vector{0, 1}, 3, 0.5, 1.0, 1.0, gradient),
                         "teacher logits: expected 3, found 2", std::runtime_error);
    const std::int8_t wrong[] = {-1};
    CHECK_THROWS_WITH_AS(loss_with(Vector{0, 1, 0}, wrong, gradient),
                         "labels of the batch: label -1 of image 0 is none of the 3 classes, 0 to 2",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS(loss_with(Vector(6), label, gradient), "labels of the batch: expected 2, found 1",
                         std::invalid_argument);
    // Logits that would overflow an exponential.
    const Vector large{1e4, -1e4, 0};
    CHECK(train::distil<double>(large, Vector{0, 0, 0}, 3, 1.0, 1.0, 0.0, gradient) ==
          doctest::Approx(-std::log(3.0) + 1e4));
}

}  // namespace loss_test
