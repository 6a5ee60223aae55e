// The training loss, and what a loss of one's own has.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/labels.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/model/errors.hpp"
#include "intaglio/train/loop/option_text.hpp"
#include "intaglio/train/program/gradient.hpp"

namespace intaglio::model_error {
template <class...>
struct loss_needs_a_call_operator_of_logits_labels_classes_and_gradient;
template <class...>
struct loss_needs_describe_of_a_SettingsText;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// What the squared error of the loss compares with the one-hot label (P2.9 can be read either way).
enum class SquaredError : std::uint8_t { logits, probabilities };

namespace train {

/// log(sum(exp(z / temperature))) over the classes of one image.
template <class Float>
[[gnu::cold]] double log_sum_exp(const Float* z, std::size_t classes, double temperature = 1.0) {
    double largest = static_cast<double>(z[0]);
    for (std::size_t c = 1; c < classes; ++c) largest = std::fmax(largest, static_cast<double>(z[c]));
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp((static_cast<double>(z[c]) - largest) / temperature);
    return std::log(sum) + largest / temperature;
}

[[gnu::cold]] inline void check_batch_labels(const Labels& labels, std::size_t images, std::int32_t classes) {
    if (labels.size() != images) {
        throw std::invalid_argument(joined({"labels of the batch: expected ", images, ", found ", labels.size()}));
    }
    labels.check(classes, "labels of the batch");
}
[[gnu::cold]] inline void check_loss(double loss) {
    if (!is_finite(loss)) throw std::runtime_error("the loss is not finite: the training has diverged");
}

}  // namespace train

/// (1 - gamma) cross-entropy + gamma mean squared error (P2.9). The cross-entropy is taken with the one-hot label, or
/// with (1 - e) one-hot + e / classes under label smoothing e; the squared error is that of the logits or of the
/// probabilities with the one-hot label, averaged over the classes. The mean over the images is weighted by the class
/// weight of each image's label.
struct CrossEntropyAndSquares {
    double gamma = 0.05;                  ///< share of the squared error
    double label_smoothing = 0;           ///< share of the label that is spread over all classes (cross-entropy only)
    std::vector<double> class_weights{};  ///< one per class; empty: all count the same
    SquaredError squared_error = SquaredError::logits;

    /// Writes the gradient with respect to the logits, [images][classes], and returns the loss. Throws
    /// std::invalid_argument for a label that is no class and std::runtime_error for logits that are not finite.
    template <class Float, class Slope>
    [[gnu::cold]] double operator()(std::span<const Float> logits, const Labels& labels, std::int32_t classes,
                                    std::span<Slope> gradient) const {
        const auto n = static_cast<std::size_t>(classes);
        const std::size_t images = logits.size() / n;
        const auto label_of = [&](std::size_t image) { return static_cast<std::size_t>(labels[image]); };
        const auto weight_of = [&](std::size_t image) {
            return class_weights.empty() ? 1.0 : class_weights[label_of(image)];
        };
        train::check_batch_labels(labels, images, classes);
        double total = 0;
        for (std::size_t image = 0; image < images; ++image) total += weight_of(image);
        const double smoothing = label_smoothing;
        const double even = smoothing / static_cast<double>(n);
        const bool probabilities = squared_error == SquaredError::probabilities;
        double entropy = 0;
        double squares = 0;
        for (std::size_t image = 0; image < images; ++image) {
            const Float* z = logits.data() + image * n;
            const double weight = weight_of(image);
            const std::size_t label = label_of(image);
            const double log_sum = train::log_sum_exp(z, n);
            double mean = 0;   // of the logits
            double slope = 0;  // sum of p (p - target): what all probabilities share in the gradient of their squares
            for (std::size_t c = 0; c < n; ++c) {
                const double logit = static_cast<double>(z[c]);
                mean += logit / static_cast<double>(n);
                if (probabilities) {
                    const double p = std::exp(logit - log_sum);
                    slope += p * (p - (c == label ? 1.0 : 0.0));
                }
            }
            entropy +=
                weight * ((1.0 - smoothing) * (log_sum - static_cast<double>(z[label])) + smoothing * (log_sum - mean));
            for (std::size_t c = 0; c < n; ++c) {
                const double hot = c == label ? 1.0 : 0.0;
                const double target = (1.0 - smoothing) * hot + even;
                const double logit = static_cast<double>(z[c]);
                const double p = std::exp(logit - log_sum);
                const double error = (probabilities ? p : logit) - hot;
                const double square_slope = probabilities ? p * (error - slope) : error;
                squares += weight * error * error;
                gradient[image * n + c] =
                    static_cast<Slope>((1.0 - gamma) * (p - target) * weight / total +
                                       gamma * 2.0 * square_slope * weight / (total * static_cast<double>(n)));
            }
        }
        const double loss = (1.0 - gamma) * entropy / total + gamma * squares / (total * static_cast<double>(n));
        train::check_loss(loss);
        return loss;
    }

    /// Throws std::invalid_argument for a setting that is out of range.
    [[gnu::cold]] void check(std::int32_t classes) const {
        train::require_option(gamma, 0, 1, "gamma");
        train::require_option(label_smoothing, 0, 1, "label smoothing");
        if (!class_weights.empty() && class_weights.size() != static_cast<std::size_t>(classes)) {
            throw std::invalid_argument(
                joined({"class weights: expected ", classes, ", found ", class_weights.size()}));
        }
        for (std::size_t c = 0; c < class_weights.size(); ++c) {
            train::require_option(class_weights[c] > 0, joined({"class weight ", c}), class_weights[c]);
        }
    }
    /// Adds the settings.
    [[gnu::cold]] void describe(train::SettingsText& text) const {
        text.add("gamma", gamma);
        text.add("label smoothing", label_smoothing);
        text.add(squared_error == SquaredError::logits ? "squared error of logits" : "squared error of probabilities");
        for (std::size_t c = 0; c < class_weights.size(); ++c) {
            text.add(joined({"weight of class ", c}), class_weights[c]);
        }
    }
};

namespace train {

/// Sum of the images' cross-entropies with their labels, added to `sum` image by image. Errors as those
/// of CrossEntropyAndSquares.
[[gnu::cold]] inline double add_cross_entropy(std::span<const float> logits, const Labels& labels, std::int32_t classes,
                                              double sum) {
    const auto n = static_cast<std::size_t>(classes);
    check_batch_labels(labels, logits.size() / n, classes);
    for (std::size_t image = 0; image * n < logits.size(); ++image) {
        const float* z = logits.data() + image * n;
        sum += log_sum_exp(z, n) - static_cast<double>(z[static_cast<std::size_t>(labels[image])]);
    }
    check_loss(sum);
    return sum;
}

namespace detail {

template <class T>
concept ComputesLoss = requires(const T& loss, std::span<const float> logits, const Labels& labels,
                                std::int32_t classes, std::span<train::Gradient> gradient) {
    { loss(logits, labels, classes, gradient) } -> std::convertible_to<double>;
};
template <class T>
concept SaysSettings = requires(const T& part, SettingsText& text) {
    part.describe(text);
};

}  // namespace detail
}  // namespace train

/// A loss: a type with
/// - `double operator()(std::span<const float> logits, const Labels& labels, std::int32_t classes,
///   std::span<train::Gradient> gradient) const`: the mean over the images of a batch, whose logits are
///   [images][classes]; writes its gradient with respect to all of them,
/// - `void describe(train::SettingsText& text) const`: adds its name and its settings, which checkpoints compare.
/// Optional: `void check(std::int32_t classes) const` throws std::invalid_argument for a setting that is out of range.
/// Results are the same for any number of threads if the loss is a function of its arguments alone.
template <class T>
concept Loss = train::detail::ComputesLoss<T> && train::detail::SaysSettings<T>;

namespace train {

/// Does not compile unless T is a Loss: the error says what it lacks.
template <class T>
constexpr bool check_loss_type() {
    if constexpr (!detail::ComputesLoss<T>) {
        return intaglio::spell<model_error::loss_needs_a_call_operator_of_logits_labels_classes_and_gradient<T>>();
    } else if constexpr (!Loss<T>) {
        return intaglio::spell<model_error::loss_needs_describe_of_a_SettingsText<T>>();
    } else {
        return true;
    }
}

}  // namespace train

/// Any loss. It holds a copy, which does not change.
class AnyLoss {
  public:
    AnyLoss() : AnyLoss(CrossEntropyAndSquares{}) {}
    template <class T>
    AnyLoss(T loss) : loss_(new Held<T>(std::move(loss))) {}

    /// As the loss that is held. Throws std::invalid_argument for a label that is no class and std::runtime_error for a
    /// loss that is not finite.
    [[gnu::cold]] double operator()(std::span<const float> logits, const Labels& labels, std::int32_t classes,
                                    std::span<train::Gradient> gradient) const {
        train::check_batch_labels(labels, logits.size() / static_cast<std::size_t>(classes), classes);
        const double loss = loss_->compute(logits, labels, classes, gradient);
        train::check_loss(loss);
        return loss;
    }
    /// Throws std::invalid_argument for a setting that is out of range.
    [[gnu::cold]] void check(std::int32_t classes) const { loss_->check(classes); }
    /// Adds the settings.
    [[gnu::cold]] void describe(train::SettingsText& text) const { loss_->describe(text); }

  private:
    struct Interface {
        virtual ~Interface() = default;
        virtual double compute(std::span<const float> logits, const Labels& labels, std::int32_t classes,
                               std::span<train::Gradient> gradient) const = 0;
        virtual void check(std::int32_t classes) const = 0;
        virtual void describe(train::SettingsText& text) const = 0;
    };
    template <class T>
    struct Held final : Interface {
        static_assert(train::check_loss_type<T>());
        explicit Held(T held) : loss(std::move(held)) {}

        double compute(std::span<const float> logits, const Labels& labels, std::int32_t classes,
                       std::span<train::Gradient> gradient) const override {
            return loss(logits, labels, classes, gradient);
        }
        void check(std::int32_t classes) const override {
            if constexpr (requires { loss.check(classes); }) loss.check(classes);
        }
        void describe(train::SettingsText& text) const override { loss.describe(text); }

        T loss;
    };

    std::shared_ptr<const Interface> loss_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
